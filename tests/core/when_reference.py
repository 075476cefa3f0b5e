"""when_reference: the expression language of core/when.h a second time, written from its description and sharing nothing with
it: own words, own parser, own types, exact arithmetic. Reads what tests/core/when_differential.c wrote: the fields, then a line for
each expression with the tickets to try it on. Answers a line each: "-" for refused, else 0 or 1 for each ticket."""
import datetime
import json
import re
import sys
import unicodedata
from fractions import Fraction

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
BLANK = " \t\r\n"
OPS = ("==", "!=", "<=", ">=", "<", ">")
ENV = {"hour": "int", "weekday": "int", "open_criticals": "int", "me": "text"}
EVENT_ENV = {"type": "text", "source": "text", "event_dialect": "text"}
ALIASES = {"subject": "title", "tag": "tags", "tier": "plan", "customer.tier": "plan", "customer_tier": "plan", "customer.name": "customer_name",
           "customer.email": "customer_email", "email": "customer_email", "name": "customer_name", "organization": "tenant", "org": "tenant",
           "agent": "assignee", "owner": "assignee", "external_ref": "ref", "reference": "ref", "created": "created_at", "updated": "updated_at",
           "due": "next_due_at", "reopened": "reopen_count", "lang": "language", "escalation": "escalated", "snoozed": "snoozed_until",
           "confidence": "urgency_bp", "severity": "urgency"}
FIELDS = {}


class Refused(Exception):
    pass


def tokens(text, event):
    """(kind, value): name, string, number, or the punctuation itself."""
    at, out = 0, []
    while True:
        while at < len(text) and text[at] in BLANK:
            at += 1
        if at == len(text):
            return out + [("end", None)]
        dollar = event and text[at] == "$"
        name = NAME.match(text, at + dollar)
        if name:
            end = name.end()
            while end < len(text) and text[end] == "." and NAME.match(text, end + 1):
                more = NAME.match(text, end + 1).end()
                if text[more:].lstrip(BLANK).startswith("("):
                    break
                end = more
            out.append(("name", text[at:end]))
            at = end
        elif re.match(r"-?[0-9]", text[at:]):
            number = re.match(r"-?[0-9]+", text[at:]).group()
            at += len(number)
            if abs(int(number)) >= 2 ** 63 or re.match(r"[.A-Za-z_]", text[at:at + 1]):
                raise Refused
            out.append(("number", int(number)))
        elif text[at] in "\"'":
            at, value = quoted(text, at)
            out.append(("string", value))
        else:
            punct = re.match(r"&&|\|\||==|!=|<=|>=|[<>!()\[\],.]", text[at:])
            if not punct:
                raise Refused
            out.append((punct.group(), None))
            at += punct.end()


def quoted(text, at):
    quote, value = text[at], ""
    at += 1
    while at < len(text) and text[at] != quote:
        if text[at] < " ":
            raise Refused
        if text[at] != "\\":
            value += text[at]
            at += 1
            continue
        letter = text[at + 1:at + 2]
        code = re.match(r"u([0-9a-fA-F]{4})", text[at + 1:])
        if letter and letter in "nrt\\\"'":
            value += {"n": "\n", "r": "\r", "t": "\t"}.get(letter, letter)
            at += 2
        elif code and int(code.group(1), 16) and not 0xD800 <= int(code.group(1), 16) <= 0xDFFF:
            value += chr(int(code.group(1), 16))
            at += 6
        else:
            raise Refused
    if at >= len(text):
        raise Refused
    return at + 1, value


class Node:
    def __init__(self, kind, type, value=None, args=()):
        self.kind, self.type, self.value, self.args = kind, type, value, list(args)

    def named(self):
        return self.kind in ("field", "env", "payload")


def need(truth):
    if not truth:
        raise Refused


def instant(text):
    match = re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d))?Z)?", text)
    need(match)
    year, month, day, hour, minute, second = (int(x or 0) for x in match.groups())
    need(1 <= month <= 12 and 1 <= day <= 31 and hour <= 23 and minute <= 59 and second <= 59)
    first = datetime.date(year, month, 1) - datetime.date(1970, 1, 1)
    return (((first.days + day - 1) * 24 + hour) * 60 + minute) * 60000 + second * 1000


def agree(a, b, op):
    """What may stand on the two sides of a comparison; gives a literal the type that is meant."""
    if "null" in (a.type, b.type):
        other = b if a.type == "null" else a
        return need(other.named() and other.type not in ("int", "bool") and op in ("==", "!="))
    need(not {a.type, b.type} & {"tags", "any"})
    for one, other in ((a, b), (b, a)):
        if one.kind == "payload" and other.kind != "payload":
            if other.type == "int":
                one.type = "int"
            elif other.kind == "literal" and other.type == "bool" and one.type == "text" and op in ("==", "!="):
                other.type, other.value = "text", "true" if other.value else "false"
    for one, other in ((a, b), (b, a)):
        if one.kind == "literal" and one.type == "text" and other.kind == "field":
            if other.type == "enum":
                words = FIELDS[other.value]["words"]
                need(one.value in words and one.value)
                one.type, one.value = "enum", words.index(one.value)
            elif other.type == "time":
                one.type, one.value = "time", instant(one.value)
    numbers = ("int", "time")
    if a.type in numbers or b.type in numbers:
        return need(a.type in numbers and b.type in numbers)
    need(a.type == b.type)
    if a.type == "enum":
        words = [FIELDS[x.value]["words"] for x in (a, b) if x.kind == "field"]
        need(all(w == words[0] for w in words))
    need(a.type != "bool" or op in ("==", "!="))
    return None


class Parser:
    def __init__(self, text, event):
        self.tokens, self.at, self.event = tokens(text, event), 0, event

    def kind(self):
        return self.tokens[self.at][0]

    def sees_name(self, word):
        return self.tokens[self.at] == ("name", word)

    def next(self):
        self.at += 1
        return self.tokens[self.at - 1]

    def take(self, kind):
        if self.kind() != kind:
            return False
        self.at += 1
        return True

    def whole(self):
        node = self.chain("||", lambda: self.chain("&&", self.relation))
        need(node.type == "bool" and self.kind() == "end")
        return node

    def inner(self):
        return self.chain("||", lambda: self.chain("&&", self.relation))

    def chain(self, join, part):
        node = part()
        while self.kind() == join:
            self.next()
            right = part()
            need(node.type == "bool" and right.type == "bool")
            node = Node(join, "bool", None, (node, right))
        return node

    def relation(self):
        left = self.unary()
        if self.sees_name("in"):
            self.next()
            node = self.member(left)
        elif self.kind() in OPS:
            op = self.next()[0]
            right = self.unary()
            agree(left, right, op)
            node = Node("compare", "bool", op, (left, right))
        else:
            return left
        need(self.kind() not in OPS and not self.sees_name("in"))
        return node

    def member(self, left):
        if self.kind() == "name":
            right = self.name()
            need(right.type == "tags" and left.type == "text")
            return Node("in", "bool", None, (left, right))
        need(self.take("["))
        items = []
        need(left.type not in ("null", "tags", "any"))
        while not self.take("]"):
            need(not items or self.take(","))
            item = self.literal()
            need(item and item.type != "null")
            agree(left, item, "==")
            items.append(item)
            need(left.kind != "payload" or item.type == items[0].type)
        return Node("in list", "bool", None, [left] + items)

    def unary(self):
        if not self.take("!"):
            return self.primary()
        of = self.unary()
        need(of.type == "bool")
        return Node("!", "bool", None, (of,))

    def literal(self):
        kind, value = self.tokens[self.at]
        constants = {"true": ("bool", True), "false": ("bool", False), "null": ("null", None)}
        if kind == "string":
            node = Node("literal", "text", value)
        elif kind == "number":
            node = Node("literal", "int", value)
        elif kind == "name" and value in constants:
            node = Node("literal", *constants[value])
        else:
            return None
        self.next()
        return node

    def primary(self):
        if self.take("("):
            node = self.inner()
            need(self.take(")"))
            return node
        node = self.literal()
        if node:
            return node
        need(self.kind() == "name")
        if self.tokens[self.at + 1][0] == "(":
            return self.call()
        node = self.name()
        return self.method(node) if self.take(".") else node

    def call(self):
        word = self.next()[1]
        need(word in ("has", "size") and self.take("("))
        of = self.name()
        need(self.take(")"))
        if word == "has":
            need(of.type not in ("any", "bool"))
            return Node("has", "bool", None, (of,))
        need(of.type in ("text", "tags"))
        return Node("size", "int", None, (of,))

    def method(self, of):
        kind, word = self.next()
        need(kind == "name" and word in ("contains", "startsWith", "endsWith", "matches") and of.type in ("text", "any"))
        need(self.take("(") and self.kind() == "string")
        value = self.next()[1]
        need(self.take(")"))
        if word == "matches":
            try:
                value = re.compile(value)
            except re.error:
                raise Refused from None
        return Node("method", "bool", (word, value), (of,))

    def name(self):
        need(self.kind() == "name")
        word = self.next()[1]
        if self.event:
            word = self.plain(word)
        if word in FIELDS:
            return Node("field", FIELDS[word]["type"], word)
        if word == "text":
            return Node("any", "any")
        if word in ENV or (self.event and word in EVENT_ENV):
            return Node("env", ENV.get(word, "text"), word)
        need(self.event and word.startswith("payload."))
        return Node("payload", "text", word.split(".")[1:])

    @staticmethod
    def plain(word):
        """A name of templates, as ours."""
        bare = word.lstrip("$")
        head, _, rest = bare.partition(".")
        if head == "event" and rest in ("type", "source"):
            return rest
        if head == "event" and rest == "dialect":
            return "event_dialect"
        if head == "event" and rest.startswith("payload."):
            return rest
        if head == "ticket" and rest in FIELDS:
            return rest
        if head == "classify" and rest in ("urgency", "category"):
            return rest
        if word not in FIELDS and word not in ENV and word not in EVENT_ENV and word in ALIASES:
            return ALIASES[word]
        return word


def fold(text):
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def value(node, ticket, env):
    """None: missing."""
    if node.kind == "literal":
        return node.value
    if node.kind == "field":
        kind, what = FIELDS[node.value], ticket.get(node.value)
        if kind["type"] in ("int", "bool"):
            return what or (0 if kind["type"] == "int" else False)
        return kind["words"].index(what) if what and kind["type"] == "enum" else what
    if node.kind == "env":
        return env.get(node.value)
    if node.kind == "payload":
        return carried(node, env.get("payload"))
    if node.kind == "size":
        return len(value(node.args[0], ticket, env) or "")
    return truth(node, ticket, env)


def carried(node, what):
    for name in node.value:
        what = what.get(name) if isinstance(what, dict) else None
    if isinstance(what, bool):
        what = "true" if what else "false"
    elif isinstance(what, Number):
        what = what.text
    if not isinstance(what, str):
        return None
    if node.type == "int":
        return Fraction(what) if re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", what) else None
    return what


class Number:
    """A number as it was written."""
    def __init__(self, text):
        self.text = text


def order(a, b):
    if isinstance(a, str):
        a, b = a.encode(), b.encode()
    return (a > b) - (a < b)


def fits(word, needle, text):
    if text is None:
        return False
    if word == "matches":
        return bool(needle.search(text))
    text, needle = fold(text), fold(needle)
    return {"contains": needle in text, "startsWith": text.startswith(needle), "endsWith": text.endswith(needle)}[word]


def truth(node, ticket, env):
    args = node.args
    if node.kind == "!":
        return not truth(args[0], ticket, env)
    if node.kind == "&&":
        return truth(args[0], ticket, env) and truth(args[1], ticket, env)
    if node.kind == "||":
        return truth(args[0], ticket, env) or truth(args[1], ticket, env)
    if node.kind == "method":
        word, needle = node.value
        if args[0].kind == "any":
            return any(fits(word, needle, ticket.get(f)) for f in ("title", "customer_name", "key", "ref", "assignee"))
        return fits(word, needle, value(args[0], ticket, env))
    if node.kind == "has":
        it = value(args[0], ticket, env)
        return it is not None and (args[0].type != "int" or it != 0)
    if node.kind == "in":
        it, tags = value(args[0], ticket, env), value(args[1], ticket, env)
        return it is not None and tags is not None and it in tags
    if node.kind == "in list":
        it = value(args[0], ticket, env)
        return it is not None and any(order(it, item.value) == 0 for item in args[1:])
    if node.kind == "compare":
        a, b = (value(x, ticket, env) for x in args)
        if "null" in (args[0].type, args[1].type):
            return ((a is None) == (b is None)) == (node.value == "==")
        if a is None or b is None:
            return False
        c = order(a, b)
        return {"==": c == 0, "!=": c != 0, "<": c < 0, "<=": c <= 0, ">": c > 0, ">=": c >= 0}[node.value]
    return bool(value(node, ticket, env))


def answer(line):
    row = json.loads(line)
    try:
        text = row["e"] if row["e"].strip(BLANK) else "true"
        tree = Parser(text, row["event"]).whole()
    except Refused:
        return "-"
    out = ""
    for case in row["cases"]:
        if case["env"].get("payload"):
            case["env"]["payload"] = json.loads(case["env"]["payload"], parse_int=Number, parse_float=Number)
        out += str(int(truth(tree, case["ticket"], case["env"])))
    return out


def main():
    with open(sys.argv[1], encoding="utf-8") as lines, open(sys.argv[2], "w", encoding="utf-8") as out:
        FIELDS.update(json.loads(next(lines)))
        for line in lines:
            out.write(answer(line) + "\n")


main()

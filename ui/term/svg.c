/* svg: cells to rectangles and text. Blocks and lines are drawn as shapes, because fonts leave seams between them;
 * everything else is text, one element per run of one style, pinned to its columns by textLength. */
#include "term/svg.h"
#include "base/text.h"
#include <string.h>

enum { CELL_W = 9, CELL_H = 20, BASELINE = 15, MARGIN = 16, PAUSE = 0x23f8 /* few fonts have it */ };

struct look {
    uint32_t fg, bg;
    unsigned attr;
};

struct picture {
    const struct surface *s;
    const struct theme *theme;
    FILE *out;
    uint32_t page;
};

static uint32_t mixed(uint32_t a, uint32_t b)
{
    return ((a >> 1) & 0x7f7f7f) + ((b >> 1) & 0x7f7f7f);
}

static struct look look_of(const struct picture *p, const struct cell *cell)
{
    const struct theme_style *style = &p->theme->styles[cell->role];
    struct look look = {.fg = p->theme->colours[style->fg < 0 ? 5 : style->fg],
                        .bg = style->bg < 0 ? p->page : p->theme->colours[style->bg],
                        .attr = style->attr | cell->attr};
    if (look.attr & UI_FAINT)
        look.fg = mixed(look.fg, look.bg);
    if (look.attr & UI_REVERSE)
        look = (struct look){look.bg, look.fg, look.attr};
    return look;
}

static bool same(struct look a, struct look b)
{
    return a.fg == b.fg && a.bg == b.bg && a.attr == b.attr;
}

static uint32_t code_of(const struct cell *cell)
{
    const char *p = cell->text;
    return *p ? text_next(&p, p + strlen(p)) : ' ';
}

static void rect(const struct picture *p, double x, double y, double w, double h, uint32_t colour)
{
    fprintf(p->out, "<rect x=\"%g\" y=\"%g\" width=\"%g\" height=\"%g\" fill=\"#%06x\"/>\n", x, y, w, h, (unsigned)colour);
}

/* Lines and blocks, in parts of a cell: x, y, width, height. */
static const struct shape {
    uint32_t code;
    double x, y, w, h;
} shapes[] = {
    {0x2500, 0, .47, 1, .06},    {0x2501, 0, .44, 1, .12},   {0x2502, .44, 0, .12, 1},  {0x2503, .38, 0, .24, 1},
    {0x2588, 0, 0, 1, 1},        {0x2589, 0, 0, .875, 1},    {0x258a, 0, 0, .75, 1},    {0x258b, 0, 0, .625, 1},
    {0x258c, 0, 0, .5, 1},       {0x258d, 0, 0, .375, 1},    {0x258e, 0, 0, .25, 1},    {0x258f, 0, 0, .125, 1},
    {0x2581, 0, .875, 1, .125}, {0x2582, 0, .75, 1, .25},  {0x2583, 0, .625, 1, .375}, {0x2584, 0, .5, 1, .5},
    {0x2585, 0, .375, 1, .625}, {0x2586, 0, .25, 1, .75},  {0x2587, 0, .125, 1, .875},
};

static const struct shape *shape_of(uint32_t code)
{
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        if (shapes[i].code == code)
            return &shapes[i];
    return NULL;
}

static bool is_shape(uint32_t code)
{
    return code == 0x2591 || code == PAUSE || shape_of(code);
}

/* One of a sparkline, whose columns stand apart. */
static bool in_spark(uint32_t code, const struct cell *cell)
{
    return code >= 0x2581 && code <= 0x2588 && !(cell->attr & UI_IN_BAR);
}

/* What is filled, half as high as the row, and behind it the thin track of what is left: told apart without colours too. */
static void draw_bar(const struct picture *p, double x, double y, double filled, struct look look)
{
    struct look rest = look_of(p, &(struct cell){.role = UI_BAR_REST});
    if (filled < 1)
        rect(p, x + filled * CELL_W, y + CELL_H * .4, (1 - filled) * CELL_W, CELL_H * .2, rest.fg);
    if (filled > 0)
        rect(p, x, y + CELL_H * .25, filled * CELL_W, CELL_H * .5, look.fg);
}

static bool draw_shape(const struct picture *p, int row, int column, const struct cell *cell)
{
    uint32_t code = code_of(cell);
    const struct shape *shape = shape_of(code);
    double x = MARGIN + column * CELL_W, y = MARGIN + row * CELL_H;
    struct look look = look_of(p, cell);
    if (code == 0x2591)
        draw_bar(p, x, y, 0, look);
    else if (code == PAUSE)
        for (int i = 0; i < 2; i++)
            rect(p, x + (.15 + .45 * i) * CELL_W, y + .25 * CELL_H, .25 * CELL_W, .5 * CELL_H, look.fg);
    else if (code >= 0x2588 && code <= 0x258f && cell->attr & UI_IN_BAR)
        draw_bar(p, x, y, shape->w, look);
    else if (shape)
        rect(p, x + shape->x * CELL_W, y + shape->y * CELL_H, shape->w * (in_spark(code, cell) ? .9 : 1) * CELL_W,
             shape->h * CELL_H, look.fg);
    return is_shape(code);
}

static void escaped(FILE *out, const char *text)
{
    for (; *text; text++)
        if (*text == '&')
            fputs("&amp;", out);
        else if (*text == '<')
            fputs("&lt;", out);
        else if (*text == '>')
            fputs("&gt;", out);
        else
            fputc(*text, out);
}

static void open_text(const struct picture *p, int row, int column, int columns, struct look look)
{
    fprintf(p->out, "<text x=\"%d\" y=\"%d\" textLength=\"%d\" fill=\"#%06x\"%s%s>", MARGIN + column * CELL_W,
            MARGIN + row * CELL_H + BASELINE, columns * CELL_W, (unsigned)look.fg,
            look.attr & UI_BOLD ? " font-weight=\"bold\"" : "",
            look.attr & UI_UNDERLINE ? " text-decoration=\"underline\"" : "");
}

static bool drawn_as_text(const struct cell *cell)
{
    return !is_shape(code_of(cell));
}

/* One run of ASCII, or one other character alone: fonts may lend other glyphs of other widths. */
static int run_text(const struct picture *p, int row, int column, int end)
{
    const struct cell *cell = surface_cell(p->s, row, column);
    struct look look = look_of(p, cell);
    int stop = column, last = column;
    if (code_of(cell) >= 0x7f)
        stop = last = column + (cell->width == 2 ? 2 : 1);
    else
        for (; stop < end; stop++) {
            const struct cell *next = surface_cell(p->s, row, stop);
            if (code_of(next) >= 0x7f || !same(look_of(p, next), look))
                break;
            if (code_of(next) != ' ')
                last = stop + 1;
            else if (stop > last)
                break; /* two blanks end a run: columns stay where they are in any font */
        }
    if (last > column) {
        open_text(p, row, column, last - column, look);
        for (int c = column; c < last; c++)
            escaped(p->out, surface_cell(p->s, row, c)->text);
        fputs("</text>\n", p->out);
    }
    return stop > column ? stop : column + 1;
}

static void draw_backgrounds(const struct picture *p, int row)
{
    int columns = surface_columns(p->s);
    for (int from = 0, to; from < columns; from = to) {
        uint32_t bg = look_of(p, surface_cell(p->s, row, from)).bg;
        for (to = from + 1; to < columns && look_of(p, surface_cell(p->s, row, to)).bg == bg; to++)
            ;
        if (bg != p->page)
            rect(p, MARGIN + from * CELL_W, MARGIN + row * CELL_H, (to - from) * CELL_W, CELL_H, bg);
    }
}

static void draw_row(const struct picture *p, int row)
{
    int columns = surface_columns(p->s);
    draw_backgrounds(p, row);
    for (int column = 0; column < columns;) {
        const struct cell *cell = surface_cell(p->s, row, column);
        if (cell->width == 0 || code_of(cell) == ' ' || draw_shape(p, row, column, cell)) {
            column++;
            continue;
        }
        int end = column;
        while (end < columns && drawn_as_text(surface_cell(p->s, row, end)))
            end++;
        column = run_text(p, row, column, end);
    }
}

void svg_write(const struct surface *s, const struct theme *theme, const char *title, FILE *out)
{
    int w = surface_columns(s) * CELL_W + 2 * MARGIN, h = surface_rows(s) * CELL_H + 2 * MARGIN;
    int8_t bg = theme->styles[UI_NORMAL].bg;
    struct picture p = {.s = s, .theme = theme, .out = out, .page = theme->colours[bg < 0 ? 0 : bg]};
    fprintf(out,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" role=\"img\" "
            "font-family=\"'DejaVu Sans Mono','Menlo','Consolas',monospace\" font-size=\"15\" xml:space=\"preserve\">\n",
            w, h, w, h);
    if (title) {
        AUTO_ARENA arena = arena_new();
        fputs("<title>", out);
        escaped(out, text_safe_in(arena, title, TEXT_LINE));
        fputs("</title>\n", out);
    }
    fprintf(out, "<rect width=\"%d\" height=\"%d\" rx=\"10\" fill=\"#%06x\"/>\n", w, h, (unsigned)p.page);
    for (int row = 0; row < surface_rows(s); row++)
        draw_row(&p, row);
    fputs("</svg>\n", out);
}

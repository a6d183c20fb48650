//! The bars. Measures are in the units of the drawing, which is as wide as the page.
use super::{DASH, Figure, Label, Row, escaped, put, written};

const WIDTH: f64 = 720.0;
/// Between two parts of a bar, in the white of the paper: a value that is 0 leaves two colours side by side that the palette keeps apart.
const GAP: f64 = 2.0;
/// A hidden value is a box of one width, whatever it hides.
const BOX: f64 = 22.0;
const BAR: f64 = 20.0;
const LINE: f64 = 18.0;
/// The most letters that surely fit on a line.
const LETTERS: usize = 80;
/// More rows than these go into a next drawing, so that each fits a page and none is cut in two.
const MOST_ROWS: usize = 8;

/// Dark and light by turns: any two neighbours, the last and the first too, and each and white, differ 3:1 in contrast at least.
pub(super) const PALETTE: [&str; 8] = [
    "#08306b", "#d9730d", "#00441b", "#c2649a", "#5c0a0a", "#3aa0a0", "#1b1b1b", "#8f8f8f",
];
const INK: &str = "#1b1b1b";

/// The figure as horizontal stacked bars, all on one scale: an `svg` for each eight rows. Nothing, where there are no rows.
///
/// Each has the title and, as its description, the note and all its numbers. A hidden value is a box with a dash.
pub fn bars(figure: &Figure) -> String {
    let scale = scale(figure);
    let drawings = figure.rows.chunks(MOST_ROWS);
    let of = drawings.len();
    let mut svg = String::new();
    for (index, rows) in drawings.enumerate() {
        let mut drawing = Drawing::new(&figure.legend, scale);
        drawing.legend();
        for row in rows {
            drawing.row(row);
        }
        let number = index + 1;
        let part = if of > 1 {
            format!(" ({number}/{of})")
        } else {
            String::new()
        };
        drawing.finish(
            &mut svg,
            figure,
            rows,
            &format!("{}-{number}", figure.id),
            &part,
        );
    }
    svg
}

/// The width of one, so that the longest bar fits.
fn scale(figure: &Figure) -> f64 {
    let hidden = |row: &Row| {
        let values = row.all(&figure.legend);
        values
            .map(|(_, value)| GAP + value.map_or(BOX, |_| 0.0))
            .sum::<f64>()
    };
    let sum = |row: &Row| {
        let values = row.all(&figure.legend);
        values
            .filter_map(|(_, value)| value)
            .map(f64::from)
            .sum::<f64>()
    };
    let room = WIDTH - figure.rows.iter().map(hidden).fold(0.0, f64::max);
    room.max(0.0) / figure.rows.iter().map(sum).fold(1.0, f64::max)
}

struct Drawing<'a> {
    legend: &'a [Label],
    scale: f64,
    /// How far down it is filled.
    y: f64,
    body: String,
}

impl<'a> Drawing<'a> {
    fn new(legend: &'a [Label], scale: f64) -> Self {
        Self {
            legend,
            scale,
            y: 0.0,
            body: String::new(),
        }
    }

    fn legend(&mut self) {
        for (entry, colour) in self.legend.iter().zip(PALETTE.iter().cycle()) {
            self.rect(0.0, self.y + 4.0, 12.0, 12.0, &format!("fill=\"{colour}\""));
            self.text(18.0, &entry.text, &entry.mark());
        }
    }

    fn row(&mut self, row: &Row) {
        self.y += LINE / 2.0;
        let look = format!(" font-weight=\"bold\"{}", row.label.mark());
        self.text(0.0, &row.label.text, &look);
        self.y += 4.0;
        self.bar(row);
        self.y += BAR;
        let numbers = row
            .all(self.legend)
            .map(|(entry, value)| format!("{} {}", entry.text, written(value)));
        self.text(0.0, &numbers.collect::<Vec<_>>().join(" · "), "");
    }

    fn bar(&mut self, row: &Row) {
        let mut x = 0.0;
        for ((_, value), colour) in row.all(self.legend).zip(PALETTE.iter().cycle()) {
            let width = match value {
                Some(0) => continue,
                Some(value) => f64::from(value) * self.scale,
                None => BOX,
            };
            if value.is_some() {
                self.rect(x, self.y, width, BAR, &format!("fill=\"{colour}\""));
            } else {
                self.dash(x);
            }
            x += width + GAP;
        }
    }

    fn dash(&mut self, x: f64) {
        let outline = format!("fill=\"#ffffff\" stroke=\"{INK}\"");
        self.rect(x + 0.5, self.y + 0.5, BOX - 1.0, BAR - 1.0, &outline);
        let (x, y) = (x + BOX / 2.0, self.y + 15.0);
        put(
            &mut self.body,
            format_args!("<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"middle\">{DASH}</text>\n"),
        );
    }

    fn rect(&mut self, x: f64, y: f64, width: f64, height: f64, look: &str) {
        put(
            &mut self.body,
            format_args!(
                "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" {look}/>\n"
            ),
        );
    }

    /// A text on as many lines as it needs.
    fn text(&mut self, x: f64, text: &str, look: &str) {
        for line in lines(text) {
            self.y += LINE;
            let (y, line) = (self.y - 4.0, escaped(&line));
            put(
                &mut self.body,
                format_args!("<text x=\"{x:.1}\" y=\"{y:.1}\"{look}>{line}</text>\n"),
            );
        }
    }

    fn finish(self, out: &mut String, figure: &Figure, rows: &[Row], id: &str, part: &str) {
        let (id, title) = (escaped(id), escaped(&figure.title));
        let (height, text) = (self.y + LINE / 2.0, escaped(&description(figure, rows)));
        put(
            out,
            format_args!(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" aria-labelledby=\"{id}-title\" aria-describedby=\"{id}-desc\" \
                 viewBox=\"0 0 {WIDTH:.0} {height:.0}\" width=\"100%\" font-family=\"sans-serif\" font-size=\"14\" fill=\"{INK}\">\n\
                 <title id=\"{id}-title\">{title}{part}</title>\n<desc id=\"{id}-desc\">{text}</desc>\n{}</svg>\n",
                self.body
            ),
        );
    }
}

/// All numbers of a drawing, for whoever does not see it.
fn description(figure: &Figure, rows: &[Row]) -> String {
    let rows = rows.iter().map(|row| {
        let values = row.all(&figure.legend);
        let values = values.map(|(entry, value)| format!("{} {}", entry.text, written(value)));
        format!(
            "{}: {}.",
            row.label.text,
            values.collect::<Vec<_>>().join(", ")
        )
    });
    let note = Some(figure.note.clone()).filter(|note| !note.is_empty());
    note.into_iter().chain(rows).collect::<Vec<_>>().join(" ")
}

/// A text broken between words; a word that fits no line is broken too.
fn lines(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace().flat_map(pieces) {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= LETTERS => {
                line.push(' ');
                line.push_str(&word);
            }
            _ => lines.push(word),
        }
    }
    lines
}

fn pieces(word: &str) -> Vec<String> {
    let letters: Vec<char> = word.chars().collect();
    letters
        .chunks(LETTERS)
        .map(|piece| piece.iter().collect())
        .collect()
}

//! A table of counts as horizontal stacked bars, in SVG for a page that is read on a screen and on paper, and as an HTML table.
//!
//! Both tell the same: whoever does not see the bars reads the table, and each bar has its numbers in words beneath it, so that nothing is
//! told by colour alone. Neither has styles or scripts, so a page's policy can forbid them; fills in SVG are printed also where a browser
//! leaves backgrounds out.
use std::fmt::{Arguments, Write as _};

mod bar;

pub use bar::bars;

/// What stands where a value is hidden.
const DASH: &str = "–";

/// What something is called.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Label {
    /// The words.
    pub text: String,
    /// Their language, where that is not the page's.
    pub lang: Option<&'static str>,
}

impl Label {
    /// The attribute that says so.
    fn mark(&self) -> String {
        self.lang
            .map_or_else(String::new, |lang| format!(" lang=\"{lang}\""))
    }
}

impl From<&str> for Label {
    fn from(text: &str) -> Self {
        let text = text.to_owned();
        Self { text, lang: None }
    }
}

/// One line of a figure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// What it is about.
    pub label: Label,
    /// Its values in the order of the legend; absent is hidden.
    pub values: Vec<Option<u32>>,
}

impl Row {
    /// Its values, one for each entry of the legend.
    fn all<'a>(&'a self, legend: &'a [Label]) -> impl Iterator<Item = (&'a Label, Option<u32>)> {
        let values = self.values.iter().copied().chain(std::iter::repeat(None));
        legend.iter().zip(values)
    }
}

/// What is drawn, in the language of the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figure {
    /// Unique in its page: other ids are made of it.
    pub id: String,
    /// What the figure shows.
    pub title: String,
    /// What is good to know beside it, such as what a dash means; may be empty.
    pub note: String,
    /// What its rows are: the header of their column.
    pub heading: String,
    /// What the values of a row are.
    pub legend: Vec<Label>,
    /// Its lines.
    pub rows: Vec<Row>,
}

/// The figure as a table, with its title and note as caption.
pub fn table(figure: &Figure) -> String {
    let mut html = String::from("<table class=\"figures\">\n<caption>");
    put(&mut html, format_args!("{}", escaped(&figure.title)));
    if !figure.note.is_empty() {
        put(
            &mut html,
            format_args!("<br><small>{}</small>", escaped(&figure.note)),
        );
    }
    html.push_str("</caption>\n<thead><tr>");
    let heading = Label::from(figure.heading.as_str());
    for header in std::iter::once(&heading).chain(&figure.legend) {
        let (mark, text) = (header.mark(), escaped(&header.text));
        put(
            &mut html,
            format_args!("<th scope=\"col\"{mark}>{text}</th>"),
        );
    }
    html.push_str("</tr></thead>\n<tbody>\n");
    for row in &figure.rows {
        let (mark, text) = (row.label.mark(), escaped(&row.label.text));
        put(
            &mut html,
            format_args!("<tr><th scope=\"row\"{mark}>{text}</th>"),
        );
        for (_, value) in row.all(&figure.legend) {
            put(&mut html, format_args!("<td>{}</td>", written(value)));
        }
        html.push_str("</tr>\n");
    }
    html.push_str("</tbody>\n</table>\n");
    html
}

fn written(value: Option<u32>) -> String {
    value.map_or(DASH.to_owned(), |value| value.to_string())
}

/// A text for HTML and SVG, also within an attribute.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}

/// Writing into a text never fails.
fn put(out: &mut String, what: Arguments) {
    let _ = out.write_fmt(what);
}

#[cfg(test)]
mod tests;

use super::bar::PALETTE;
use super::*;

fn figure(legend: &[&str], rows: &[(&str, &[Option<u32>])]) -> Figure {
    Figure {
        id: "f1".to_owned(),
        title: "Oordelen per criterium".to_owned(),
        note: String::new(),
        heading: "Criterium".to_owned(),
        legend: legend.iter().map(|entry| (*entry).into()).collect(),
        rows: rows
            .iter()
            .map(|(label, values)| Row {
                label: (*label).into(),
                values: values.to_vec(),
            })
            .collect(),
    }
}

/// What stands between these, each time.
fn between<'a>(text: &'a str, start: &str, end: &str) -> Vec<&'a str> {
    let parts = text.split(start).skip(1);
    parts.filter_map(|part| part.split(end).next()).collect()
}

fn numbers(svg: &str, attribute: &str) -> Vec<f64> {
    let rects = between(svg, "<rect ", "/>");
    let found = rects.iter().filter_map(|rect| {
        between(rect, &format!("{attribute}=\""), "\"")
            .first()
            .copied()
    });
    found.map(|number| number.parse().unwrap()).collect()
}

#[test]
fn a_table_has_a_caption_and_scoped_headers() {
    let mut figure = figure(
        &["Voldoet", "Inbreuk"],
        &[("Criterium <1>", &[Some(12), None]), ("K2", &[Some(0)])],
    );
    figure.note = "– : minder dan 5 & niet getoond".to_owned();
    assert_eq!(
        table(&figure),
        "<table class=\"figures\">\n\
         <caption>Oordelen per criterium<br><small>– : minder dan 5 &amp; niet getoond</small></caption>\n\
         <thead><tr><th scope=\"col\">Criterium</th><th scope=\"col\">Voldoet</th><th scope=\"col\">Inbreuk</th></tr></thead>\n\
         <tbody>\n\
         <tr><th scope=\"row\">Criterium &lt;1&gt;</th><td>12</td><td>–</td></tr>\n\
         <tr><th scope=\"row\">K2</th><td>0</td><td>–</td></tr>\n\
         </tbody>\n</table>\n"
    );
}

#[test]
fn bars_have_a_name_a_description_and_their_numbers_in_words() {
    let mut figure = figure(&["Voldoet", "Inbreuk"], &[("K1", &[Some(12), None])]);
    figure.note = "Een streepje is verborgen.".to_owned();
    let svg = bars(&figure);
    for part in [
        "role=\"img\" aria-labelledby=\"f1-1-title\" aria-describedby=\"f1-1-desc\"",
        "<title id=\"f1-1-title\">Oordelen per criterium</title>",
        "<desc id=\"f1-1-desc\">Een streepje is verborgen. K1: Voldoet 12, Inbreuk –.</desc>",
        ">Voldoet 12 · Inbreuk –</text>",
        "text-anchor=\"middle\">–</text>",
    ] {
        assert!(svg.contains(part), "{part} is not in {svg}");
    }
    assert!(!svg.contains("style"), "a page's policy forbids styles");
}

#[test]
fn every_text_is_escaped() {
    let bad = "<script>\"'&";
    let mut figure = figure(&[bad], &[(bad, &[Some(1)])]);
    (figure.id, figure.title) = (bad.to_owned(), bad.to_owned());
    (figure.note, figure.heading) = (bad.to_owned(), bad.to_owned());
    for out in [bars(&figure), table(&figure)] {
        assert!(
            !out.contains("<script")
                && !out.contains("\"'")
                && out.contains("&lt;script&gt;&quot;&#39;&amp;")
        );
    }
}

#[test]
fn bars_are_on_one_scale_and_fit_the_page() {
    let svg = bars(&figure(
        &["a", "b", "c"],
        &[
            ("long", &[Some(60), Some(30), Some(10)]),
            ("short", &[Some(15), Some(0), Some(5)]),
            ("hidden", &[None, None, Some(90)]),
            ("greatest", &[Some(0), Some(0), Some(0)]),
        ],
    ));
    // The first three are the legend's.
    let (x, width) = (
        numbers(&svg, "x").split_off(3),
        numbers(&svg, " width").split_off(3),
    );
    let share = |index: usize| width[index] / width[0];
    assert_eq!(width.len(), 8);
    for (index, expected) in [
        (1, 0.5),
        (2, 1.0 / 6.0),
        (3, 0.25),
        (4, 1.0 / 12.0),
        (7, 1.5),
    ] {
        assert!((share(index) - expected).abs() < 0.001, "{width:?}");
    }
    assert!(x.iter().zip(&width).all(|(x, width)| x + width <= 720.0));
    assert!(
        (x[1] - (x[0] + width[0] + 2.0)).abs() < 0.11,
        "a gap between parts"
    );
}

#[test]
fn what_is_empty_or_huge_is_borne() {
    assert_eq!(bars(&figure(&["a"], &[])), "");
    for (legend, values) in [
        (vec![], vec![]),
        (vec!["a", "b"], vec![Some(u32::MAX); 2]),
        (vec!["a"; 60], vec![None; 60]),
        (vec!["a"], vec![Some(1), Some(2)]),
    ] {
        let svg = bars(&figure(&legend, &[("", &values)]));
        assert!(
            numbers(&svg, " width")
                .iter()
                .all(|width| width.is_finite()),
            "{svg}"
        );
    }
}

#[test]
fn long_texts_go_on_more_lines_and_many_rows_into_more_drawings() {
    let long = format!("{} {}", "woord ".repeat(40), "w".repeat(200));
    let rows: Vec<(&str, &[Option<u32>])> = vec![(long.as_str(), &[Some(3)]); 17];
    let svg = bars(&figure(&["a"], &rows));
    assert_eq!(between(&svg, "<svg ", "</svg>").len(), 3);
    assert!(svg.contains("criterium (1/3)</title>") && svg.contains("id=\"f1-3-title\""));
    let lines = between(&svg, "<text ", "</text>");
    assert!(
        lines
            .iter()
            .all(|line| line.split('>').nth(1).unwrap().chars().count() <= 80)
    );
    assert_eq!(
        lines
            .iter()
            .map(|line| line.matches("woord").count())
            .sum::<usize>(),
        17 * 40
    );
}

#[test]
fn neighbouring_colours_and_the_paper_can_be_told_apart() {
    let next = PALETTE.iter().cycle().skip(1);
    for (colour, next) in PALETTE.iter().zip(next) {
        assert!(contrast(colour, next) >= 3.0, "{colour} beside {next}");
        assert!(contrast(colour, "#ffffff") >= 3.0, "{colour} on paper");
    }
}

/// WCAG 2.2, contrast ratio.
fn contrast(one: &str, other: &str) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

fn luminance(colour: &str) -> f64 {
    let channel = |index: usize| {
        let value = f64::from(u8::from_str_radix(&colour[index..index + 2], 16).unwrap()) / 255.0;
        if value <= 0.04045 {
            value / 12.92
        } else {
            ((value + 0.055) / 1.055).powf(2.4)
        }
    };
    0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
}

//! The page of a link, as a browser meets it.
use actix_web::http::Method;
use serde_json::json;

use crate::contributions::{asked, browser, text_of};
use crate::support::{Actor, Answer, WILG, link_of, path_of};

/// Sends a form as a browser does.
pub async fn send_form(ward: &Actor, link: &str, fields: &[(&str, &str)]) -> Answer {
    let escape = |text: &str| {
        let bytes = text.bytes().map(|byte| format!("%{byte:02X}"));
        bytes.collect::<String>()
    };
    let fields = fields.iter();
    let fields = fields.map(|(name, value)| format!("{}={}", escape(name), escape(value)));
    let body = fields.collect::<Vec<_>>().join("&").into_bytes();
    ward.with("content-type", "application/x-www-form-urlencoded")
        .send(Method::POST, &format!("{link}/answers"), Some(body))
        .await
}

on_both! {
    async fn a_ward_reads_its_questions_in_its_own_words(world: World) {
        let (wilg, ward) = (world.wilg(), world.anyone());
        let (path, _, made) = asked(&wilg).await;
        let plain = ward.get(&link_of(&made)).await.expect(200);
        assert!(plain.body["questionnaire"]["questions"][0].get("ownSteps").is_none(), "there is no plan");
        let plan = json!({"name": "Ons plan", "frameworkCode": "ggz", "steps": [
            {"code": "keuken", "title": "Het gesprek aan de keukentafel", "steps": ["stap1"]},
            {"code": "buik", "title": "Wat zegt <uw> buikgevoel?", "steps": ["stap2"]},
        ]});
        wilg.put(&format!("/facilities/{WILG}/stepPlans/{}", uuid::Uuid::now_v7()), plan).await.expect(201);
        let opened = ward.get(&link_of(&made)).await.expect(200);
        assert_eq!(opened.body["questionnaire"]["questions"][0]["ownSteps"], json!(["Wat zegt <uw> buikgevoel?"]), "{path}");
        let page = text_of(&browser(&ward).get(&link_of(&made)).await.expect(200));
        assert!(page.contains("In ons stappenplan: <em>Wat zegt &lt;uw&gt; buikgevoel?</em>"), "{page}");
    }

    async fn the_page_is_plain_and_in_the_readers_language(world: World) {
        let (wilg, ward) = (world.wilg(), world.anyone());
        let (_, _, made) = asked(&wilg).await;
        for (language, lang, button) in [("nl-BE", "nl", "Antwoorden verzenden"), ("fr", "fr", "Envoyer les réponses"), ("en", "en", "Send the answers"), ("de", "nl", "Antwoorden verzenden")] {
            let page = browser(&ward).with("accept-language", language).get(&link_of(&made)).await.expect(200);
            assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
            let text = text_of(&page);
            assert!(text.contains(&format!("<html lang=\"{lang}\">")) && text.contains(button), "{text}");
            for foreign in ["<script", "http://", "https://", "javascript:", "onclick"] {
                assert!(!text.contains(foreign), "{foreign}: {text}");
            }
            assert_eq!(text.matches("<fieldset>").count(), 2);
        }
        let page = browser(&ward).get(&link_of(&made)).await.expect(200);
        let problem = ward.get("/contributionLinks/onbekend").await.problem(404, "resourceNotFound");
        let json = ward.get(&link_of(&made)).await.expect(200);
        for answer in [&page, &problem, &json] {
            assert_eq!(answer.header("cache-control"), Some("no-store"));
            assert_eq!(answer.header("referrer-policy"), Some("no-referrer"));
            assert!(answer.header("x-robots-tag").expect("robots").contains("noindex"));
            assert!(answer.header("content-security-policy").expect("a policy").starts_with("default-src 'none'"));
        }
        assert!(page.header("content-security-policy").expect("a policy").contains("form-action 'self'"));
        let unknown = browser(&ward).get("/contributionLinks/onbekend").await.expect(404);
        assert!(text_of(&unknown).contains("Deze link bestaat niet of geldt niet meer"), "{}", text_of(&unknown));
        ward.with("accept", "image/png").get(&link_of(&made)).await.problem(406, "notAcceptable");
    }

    async fn the_pages_form_is_judged_as_json_is_and_keeps_what_was_typed(world: World) {
        let (wilg, ward) = (world.wilg(), world.anyone());
        let (_, _, made) = asked(&wilg).await;
        let (link, browser) = (link_of(&made), browser(&ward));
        let page = send_form(&browser, &link, &[
            ("level:nietPluisGevoel", "niet"), ("note:actiefWerken", "<b>Half</b> & half"), ("evidence:0:kind:actiefWerken", "dossiercontrole"),
            ("evidence:0:filesChecked:actiefWerken", "veel"), ("evidence:0:description:actiefWerken", "Nr. 85.07.30-033.28"), ("givenBy", "hoofd"),
        ]).await.expect(400);
        let text = text_of(&page);
        for expected in [
            "Licht dit antwoord toe.", "Deze vraag is nog niet beantwoord; kies een antwoord.", "Gebruik een geheel getal.",
            "&lt;b&gt;Half&lt;/b&gt; &amp; half</textarea>", "value=\"veel\"", "value=\"hoofd\"", "value=\"niet\" required checked",
            "href=\"#q0-note\"", "id=\"q0-note-fault\"", "href=\"#q1-level\"", "aria-describedby=\"q1-e0-filesChecked-fault\"", "rijksregister",
            "action=\"answers\"", "<title>Nog niet verzonden",
        ] {
            assert!(text.contains(expected), "{expected}: {text}");
        }
        assert!(!text.contains("033.28") && !text.contains("<b>Half"), "{text}");
        assert_eq!(wilg.get(&path_of(&made.body)).await.etag(), made.etag(), "nothing was stored");
        let page = send_form(&browser, &link, &[
            ("level:nietPluisGevoel", "volledig"), ("evidence:0:description:nietPluisGevoel", "Rondgang"),
            ("level:actiefWerken", "volledig"), ("evidence:0:kind:actiefWerken", "dossiercontrole"),
            ("evidence:0:filesChecked:actiefWerken", "10"), ("evidence:0:filesMet:actiefWerken", "12"),
        ]).await.expect(400);
        let text = text_of(&page);
        assert!(text.contains("Kies een soort bewijs") && text.contains("Vul beide aantallen in"), "{text}");
        let mut words = text.split("class=\"faults\"").nth(1).expect("faults").split("</div>").next().expect("a list").split(['>', '<', ' ', '.']);
        assert!(!words.any(|word| ["filesChecked", "filesMet", "dossiercontrole"].contains(&word)), "no codes: {text}");
        let program = send_form(&ward, &link, &[("level:actiefWerken", "volledig")]).await.problem(400, "badRequest");
        assert_eq!(program.issues(), [("missingAnswer".to_owned(), "answers[0].level".to_owned())]);

        let sent = send_form(&browser, &link, &[
            ("level:nietPluisGevoel", "deels"), ("note:nietPluisGevoel", "Bij de nachtploeg\r\nnog niet."), ("level:actiefWerken", "volledig"),
            ("note:actiefWerken", ""), ("evidence:0:kind:actiefWerken", ""), ("givenBy", ""),
        ]).await.expect(303);
        let secret = link.rsplit('/').next().expect("a secret");
        assert_eq!(sent.header("location"), Some(format!("../{secret}").as_str()));
        let after = text_of(&browser.get(&link).await.expect(200));
        assert!(after.contains("De antwoorden zijn ingediend."), "{after}");
        send_form(&browser, &link, &[]).await.expect(409);
        let kept = wilg.get(&path_of(&made.body)).await.expect(200);
        assert_eq!(kept.body["answers"], json!([
            {"criterionCode": "nietPluisGevoel", "level": "deels", "note": "Bij de nachtploeg\nnog niet."},
            {"criterionCode": "actiefWerken", "level": "volledig"},
        ]));
        assert!(kept.body.get("givenBy").is_none());
    }
}

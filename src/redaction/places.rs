//! Where texts of a facility's people live: every table, and every column of it that holds text.
//!
//! A test holds this list against both databases, so that a column that is added and not put here is found.

/// How a column holds texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// It is one.
    Plain,
    /// In JSON.
    Json,
}

/// How the rows of a facility are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Of {
    /// The column that names whose the row is.
    pub column: &'static str,
    /// The table that it points to, which has a `facility_id`; none when it names the facility itself.
    pub parent: Option<&'static str>,
    /// What else holds for a row that is the facility's, in SQL.
    pub also: &'static str,
}

/// How texts are removed from a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Removal {
    /// Each text makes way for one without it.
    InPlace(Of),
    /// In a way of its own, which the comment beside it names.
    ItsOwn,
    /// It holds none, or none that a facility's people write.
    None,
}

/// A table.
#[derive(Debug)]
pub struct Table {
    /// Its name.
    pub name: &'static str,
    /// What its rows are counted as.
    pub counted: &'static str,
    /// How texts are removed from it.
    pub removal: Removal,
    /// Has it an edit counter, which a change moves on?
    pub edited: bool,
    /// The columns with texts.
    pub texts: &'static [(&'static str, Form)],
    /// Its other columns that hold text or JSON: codes, hashes, names of who did something, settings.
    pub others: &'static [&'static str],
}

const fn none(name: &'static str, others: &'static [&'static str]) -> Table {
    Table {
        name,
        counted: "",
        removal: Removal::None,
        edited: false,
        texts: &[],
        others,
    }
}

const fn of(column: &'static str) -> Removal {
    Removal::InPlace(Of {
        column,
        parent: None,
        also: "",
    })
}

const fn through(column: &'static str, parent: &'static str) -> Removal {
    Removal::InPlace(Of {
        column,
        parent: Some(parent),
        also: "",
    })
}

/// Every table.
pub const TABLES: &[Table] = &[
    Table {
        name: "answer",
        counted: "answers",
        removal: through("self_assessment_id", "self_assessment"),
        edited: false,
        texts: &[
            ("note", Form::Plain),
            ("evidence", Form::Json),
            ("exceptions", Form::Json),
        ],
        others: &[
            "criterion_code",
            "level",
            "origin",
            "answered_by",
            "confirmed_by",
        ],
    },
    Table {
        name: "self_assessment",
        counted: "selfAssessments",
        removal: through("id", "self_assessment"),
        edited: false,
        texts: &[
            ("opening", Form::Json),
            ("reopening", Form::Json),
            ("redactions", Form::Json),
            ("withdrawn", Form::Json),
        ],
        others: &[
            "facility_type",
            "framework_code",
            "version_code",
            "purpose",
            "state",
            "submitted_version_code",
        ],
    },
    Table {
        name: "contribution",
        counted: "contributions",
        removal: through("self_assessment_id", "self_assessment"),
        edited: true,
        texts: &[
            ("recipient", Form::Plain),
            ("message", Form::Plain),
            ("answers", Form::Json),
            ("given_by", Form::Plain),
            ("return_reason", Form::Plain),
        ],
        others: &[
            "criteria",
            "state",
            "version_code",
            "asked_by",
            "accepted",
            "accepted_by",
        ],
    },
    Table {
        name: "step_plan_version",
        counted: "stepPlans",
        removal: of("facility_id"),
        edited: false,
        texts: &[("document", Form::Json)],
        others: &["sha256", "saved_by"],
    },
    Table {
        name: "site",
        counted: "sites",
        removal: of("facility_id"),
        edited: true,
        texts: &[("name", Form::Plain), ("address", Form::Plain)],
        others: &["postal_code"],
    },
    Table {
        name: "unit",
        counted: "units",
        removal: of("facility_id"),
        edited: true,
        texts: &[("name", Form::Plain)],
        others: &["facility_type"],
    },
    Table {
        name: "attachment",
        counted: "attachmentNames",
        // What inspectors sent is not the facility's to change, nor, before a report names it, to find.
        removal: Removal::InPlace(Of {
            column: "facility_id",
            parent: None,
            also: " AND inspection_id IS NULL",
        }),
        edited: true,
        texts: &[("file_name", Form::Plain)],
        others: &[
            "state",
            "media_type",
            "sent_sha256",
            "stored_sha256",
            "stored_by",
        ],
    },
    // The ground of an earlier one.
    Table {
        name: "redaction",
        counted: "redactions",
        removal: of("facility_id"),
        edited: true,
        texts: &[("ground", Form::Plain)],
        others: &["state", "counts", "requested_by"],
    },
    // Each revision is counted by itself, and an event tells its new hash.
    Table {
        name: "self_assessment_revision",
        counted: "revisions",
        removal: Removal::ItsOwn,
        edited: false,
        texts: &[("document", Form::Json)],
        others: &["submitted_by"],
    },
    // The payload is erased with its salt: its hash stays under the seals.
    Table {
        name: "audit_event",
        counted: "auditPayloads",
        removal: Removal::ItsOwn,
        edited: false,
        texts: &[("payload", Form::Json)],
        others: &["action", "subject_kind", "subject_id", "actor", "client_id"],
    },
    // By the facility that the answer names.
    Table {
        name: "idempotency",
        counted: "idempotentAnswers",
        removal: Removal::ItsOwn,
        edited: false,
        texts: &[("body", Form::Json)],
        others: &["caller", "key", "location", "etag"],
    },
    // All bytes of the file go.
    Table {
        name: "attachment_chunk",
        counted: "attachments",
        removal: Removal::ItsOwn,
        edited: false,
        texts: &[],
        others: &[],
    },
    // Of hours: what comes in pieces is received once it is whole, or swept.
    none("attachment_upload", &["sha256", "sender"]),
    none("attachment_part", &[]),
    none("sector", &["code", "document"]),
    none("facility_type", &["code", "sector_code", "document"]),
    // The directory is the admin's: a name that is wrong there is replaced with PUT.
    none("organisation", &["name"]),
    none("facility", &["facility_type", "name"]),
    none("identifier", &["kind", "value", "owner_kind"]),
    none(
        "integration",
        &["client_id", "name", "scopes", "organisations"],
    ),
    // Of an organisation: taken out where the caller acts for the whole of it.
    Table {
        name: "mandate",
        counted: "mandates",
        removal: Removal::ItsOwn,
        edited: true,
        texts: &[("name", Form::Plain), ("contact", Form::Plain)],
        others: &["client_id", "scopes", "given_by", "revoked_by"],
    },
    none("mandate_facility", &[]),
    none(
        "framework_version",
        &["framework_code", "version_code", "state", "document"],
    ),
    none(
        "cycle",
        &[
            "title",
            "framework_code",
            "version_code",
            "facility_types",
            "purpose",
        ],
    ),
    none(
        "framework_migration",
        &[
            "framework_code",
            "version_code",
            "from_versions",
            "state",
            "counts",
            "requested_by",
        ],
    ),
    none(
        "inspection_round",
        &["title", "sectors", "frameworks", "state"],
    ),
    none("checklist_revision", &["document", "published_by"]),
    // What planners and inspectors write of an inspection, and what is sent for it, is not reached yet.
    none(
        "inspection",
        &[
            "facility_type",
            "reason",
            "reference",
            "state",
            "checklist_moves",
            "announcements",
            "cancellation",
        ],
    ),
    none(
        "inspection_assignment",
        &["person", "name", "role", "assigned_by", "ended_by"],
    ),
    none("inspection_side", &["person", "side"]),
    none(
        "inspection_visit",
        &["state", "interlocutors", "note", "recorded_by"],
    ),
    none("document_request", &["title", "description"]),
    none("document_answer", &["note", "answered_by"]),
    none("document_answer_attachment", &["sha256"]),
    none(
        "finding",
        &[
            "framework_code",
            "criterion_code",
            "judgement",
            "heads",
            "base",
            "content",
            "adopted",
        ],
    ),
    none(
        "finding_version",
        &["parents", "hash", "content", "made_by"],
    ),
    none("finding_attachment", &["sha256"]),
    none("sync_batch", &["hash", "receipt", "sent_by"]),
    none(
        "urgent_signal",
        &["text", "hash", "raised_by", "acknowledged_by"],
    ),
    none("urgent_measure", &["text", "recorded_by"]),
    none(
        "finding_judgement",
        &["person", "judgement", "reason", "heads", "given_by"],
    ),
    none("judgement_adoption", &["reason", "adopted_by"]),
    none("inspection_sample", &["document", "drawn_by"]),
    none("device", &["person", "name", "registered_by", "revoked_by"]),
    none("report", &["kind", "number", "document", "frozen_by"]),
    none("report_number", &[]),
    none(
        "delivery",
        &["way", "term", "proof", "extensions", "recorded_by"],
    ),
    none(
        "reaction",
        &["kind", "text", "given_by", "decision", "decided_by"],
    ),
    none("improvement_point", &["text", "saved_by"]),
    none("term_reaction", &["text", "given_by"]),
    none("followed_point", &["subject", "text", "state", "terms"]),
    none(
        "improvement_answer",
        &[
            "kind",
            "text",
            "why_not_sooner",
            "given_by",
            "decision",
            "decided_by",
        ],
    ),
    none("improvement_answer_attachment", &["sha256"]),
    none("improvement_verification", &["way", "note", "verified_by"]),
    none("policy_report", &["document"]),
    none("rollout_item", &["sector_code", "kind"]),
    none(
        "rollout_statement",
        &["sector_code", "document", "recorded_by"],
    ),
    none("training_kind", &["code", "document"]),
    none("training", &["kind_code", "document"]),
    none("training_session", &["document"]),
    none("attendance", &["recorded_by"]),
    none("attendance_participant", &["hash", "secret"]),
    none("training_reach", &[]),
    none("training_sector_reach", &["sector_code"]),
    none("survey", &["code"]),
    none("survey_version", &["survey_code", "code", "document"]),
    none(
        "survey_wave",
        &["survey_code", "version_code", "document", "results"],
    ),
    none("survey_sector", &["sector_code", "tally"]),
    none("survey_link", &["sector_code"]),
    // Of no facility: what is said there in words is nobody's.
    none("survey_waiting", &["sector_code", "document"]),
    none("survey_answer", &["sector_code", "document"]),
    none("survey_text", &["item_code", "says"]),
    none(
        "round_comparison",
        &["sector_code", "framework_code", "criterion_code"],
    ),
    none(
        "publication",
        &[
            "number",
            "document",
            "checked_by",
            "published_by",
            "withdrawn_by",
            "withdrawal_reason",
        ],
    ),
    none("revision_attachment", &["sha256"]),
    none("step_plan", &["framework_code"]),
    none("audit_order", &[]),
    none("audit_seal", &["key_id"]),
    none("audit_watermark", &[]),
    none("event_key", &[]),
];

/// The tables that are written anew on disk after a redaction. The bytes of files only where some were removed: they are many.
pub fn on_disk(with_files: bool) -> Vec<&'static str> {
    TABLES
        .iter()
        .filter(|table| table.removal != Removal::None)
        .map(|table| table.name)
        .filter(|name| with_files || *name != "attachment_chunk")
        .collect()
}

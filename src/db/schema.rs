//! All tables: the data at a glance. The same in both databases.
#![allow(missing_docs, reason = "the names say it, and their features the rest")]
#![allow(clippy::wildcard_imports, reason = "as the macro is written")]

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{SqlId, SqlJson, SqlMoment};

    sector (code) {
        code -> Text,
        document -> SqlJson,
        edit -> BigInt,
        created_at -> SqlMoment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{SqlId, SqlJson, SqlMoment};

    facility_type (code) {
        code -> Text,
        sector_code -> Text,
        document -> SqlJson,
        edit -> BigInt,
        created_at -> SqlMoment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{SqlId, SqlJson, SqlMoment};

    organisation (id) {
        id -> SqlId,
        name -> Text,
        valid_from -> Date,
        valid_to -> Nullable<Date>,
        edit -> BigInt,
        created_at -> SqlMoment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{SqlId, SqlJson, SqlMoment};

    facility (id) {
        id -> SqlId,
        organisation_id -> SqlId,
        facility_type -> Text,
        name -> Text,
        valid_from -> Date,
        valid_to -> Nullable<Date>,
        edit -> BigInt,
        created_at -> SqlMoment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{SqlId, SqlJson, SqlMoment};

    site (id) {
        id -> SqlId,
        facility_id -> SqlId,
        name -> Text,
        address -> Nullable<Text>,
        valid_from -> Date,
        valid_to -> Nullable<Date>,
        edit -> BigInt,
        created_at -> SqlMoment,
        postal_code -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{SqlId, SqlJson, SqlMoment};

    unit (id) {
        id -> SqlId,
        facility_id -> SqlId,
        site_id -> Nullable<SqlId>,
        facility_type -> Text,
        name -> Text,
        valid_from -> Date,
        valid_to -> Nullable<Date>,
        edit -> BigInt,
        created_at -> SqlMoment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{SqlId, SqlJson, SqlMoment};

    identifier (value, kind, valid_from) {
        kind -> Text,
        value -> Text,
        valid_from -> Date,
        valid_to -> Nullable<Date>,
        owner_id -> SqlId,
        owner_kind -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{SqlId, SqlJson, SqlMoment};

    integration (client_id) {
        client_id -> Text,
        name -> Text,
        scopes -> SqlJson,
        organisations -> SqlJson,
        all_organisations -> Bool,
        valid_until -> Nullable<SqlMoment>,
        edit -> BigInt,
        created_at -> SqlMoment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{SqlId, SqlJson, SqlMoment};

    mandate (id) {
        id -> SqlId,
        organisation_id -> SqlId,
        client_id -> Text,
        name -> Text,
        scopes -> SqlJson,
        whole -> Bool,
        valid_until -> SqlMoment,
        contact -> Nullable<Text>,
        given_by -> SqlJson,
        revoked_by -> Nullable<SqlJson>,
        revoked_at -> Nullable<SqlMoment>,
        edit -> BigInt,
        created_at -> SqlMoment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::SqlId;

    mandate_facility (mandate_id, facility_id) {
        mandate_id -> SqlId,
        facility_id -> SqlId,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{SqlId, SqlJson, SqlMoment};

    framework_version (id) {
        id -> SqlId,
        framework_code -> Text,
        version_code -> Text,
        state -> Text,
        document -> SqlJson,
        edit -> BigInt,
        created_at -> SqlMoment,
        published_at -> Nullable<SqlMoment>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{SqlId, SqlJson, SqlMoment};

    cycle (id) {
        id -> SqlId,
        title -> SqlJson,
        framework_code -> Text,
        version_code -> Text,
        facility_types -> SqlJson,
        opens -> SqlMoment,
        due -> SqlMoment,
        purpose -> Text,
        edit -> BigInt,
        created_at -> SqlMoment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{SqlId, SqlJson, SqlMoment};

    self_assessment (id) {
        id -> SqlId,
        cycle_id -> SqlId,
        facility_id -> SqlId,
        facility_type -> Text,
        framework_code -> Text,
        version_code -> Text,
        purpose -> Text,
        state -> Text,
        revision -> BigInt,
        submitted_revision -> Nullable<BigInt>,
        submitted_at -> Nullable<SqlMoment>,
        based_on -> Nullable<SqlId>,
        opening -> SqlJson,
        reopening -> Nullable<SqlJson>,
        edit -> BigInt,
        created_at -> SqlMoment,
        updated_at -> SqlMoment,
        superseded_by -> Nullable<SqlId>,
        unit_id -> Nullable<SqlId>,
        step_plan_id -> Nullable<SqlId>,
        step_plan_version -> Nullable<BigInt>,
        redactions -> Nullable<SqlJson>,
        submitted_version_code -> Nullable<Text>,
        withdrawn -> Nullable<SqlJson>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{SqlId, SqlJson, SqlMoment};

    answer (self_assessment_id, criterion_code) {
        self_assessment_id -> SqlId,
        criterion_code -> Text,
        level -> Text,
        note -> Nullable<Text>,
        evidence -> SqlJson,
        origin -> Text,
        answered_by -> SqlJson,
        answered_at -> SqlMoment,
        confirmed_by -> Nullable<SqlJson>,
        confirmed_at -> Nullable<SqlMoment>,
        exceptions -> SqlJson,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{SqlId, SqlJson, SqlMoment};

    self_assessment_revision (self_assessment_id, revision) {
        self_assessment_id -> SqlId,
        revision -> BigInt,
        submitted_at -> SqlMoment,
        submitted_by -> SqlJson,
        document -> SqlJson,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{SqlId, SqlJson, SqlMoment};

    framework_migration (id) {
        id -> SqlId,
        framework_code -> Text,
        version_code -> Text,
        from_versions -> SqlJson,
        state -> Text,
        cycles_moved -> Bool,
        reached -> Nullable<SqlId>,
        total -> BigInt,
        counts -> SqlJson,
        requested_by -> SqlJson,
        edit -> BigInt,
        created_at -> SqlMoment,
        updated_at -> SqlMoment,
        finished_at -> Nullable<SqlMoment>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{SqlId, SqlJson, SqlMoment};

    contribution (id) {
        id -> SqlId,
        self_assessment_id -> SqlId,
        unit_id -> Nullable<SqlId>,
        criteria -> SqlJson,
        recipient -> Nullable<Text>,
        message -> Nullable<Text>,
        state -> Text,
        secret_hash -> Binary,
        expires_at -> SqlMoment,
        asked_by -> SqlJson,
        answers -> SqlJson,
        given_by -> Nullable<Text>,
        answered_at -> Nullable<SqlMoment>,
        return_reason -> Nullable<Text>,
        accepted -> SqlJson,
        accepted_by -> Nullable<SqlJson>,
        accepted_at -> Nullable<SqlMoment>,
        edit -> BigInt,
        created_at -> SqlMoment,
        version_code -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{SqlId, SqlJson, SqlMoment};

    revision_attachment (facility_id, attachment_id, self_assessment_id, revision) {
        facility_id -> SqlId,
        attachment_id -> SqlId,
        self_assessment_id -> SqlId,
        revision -> BigInt,
        sha256 -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{SqlId, SqlJson, SqlMoment};

    step_plan (facility_id, id) {
        facility_id -> SqlId,
        id -> SqlId,
        arrival -> SqlId,
        framework_code -> Text,
        unit_id -> Nullable<SqlId>,
        version -> BigInt,
        valid_to -> Nullable<Date>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{SqlId, SqlJson, SqlMoment};

    step_plan_version (facility_id, plan_id, version) {
        facility_id -> SqlId,
        plan_id -> SqlId,
        version -> BigInt,
        document -> SqlJson,
        attachment_id -> Nullable<SqlId>,
        sha256 -> Nullable<Text>,
        saved_by -> SqlJson,
        saved_at -> SqlMoment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{SqlId, SqlJson, SqlMoment};

    attachment (content_id) {
        facility_id -> SqlId,
        id -> SqlId,
        content_id -> SqlId,
        state -> Text,
        file_name -> Nullable<Text>,
        media_type -> Text,
        sent_size -> Nullable<BigInt>,
        sent_sha256 -> Text,
        stored_size -> Nullable<BigInt>,
        stored_sha256 -> Nullable<Text>,
        stored_by -> SqlJson,
        created_at -> SqlMoment,
        finished_at -> Nullable<SqlMoment>,
        edit -> BigInt,
        inspection_id -> Nullable<SqlId>,
        shown_at -> Nullable<SqlMoment>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{SqlId, SqlJson, SqlMoment};

    attachment_chunk (content_id, position) {
        content_id -> SqlId,
        position -> BigInt,
        bytes -> Binary,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{SqlId, SqlJson, SqlMoment};

    idempotency (caller, key) {
        caller -> Text,
        key -> Text,
        request_hash -> Binary,
        status -> Integer,
        location -> Nullable<Text>,
        etag -> Text,
        body -> Text,
        created_at -> SqlMoment,
        inside -> Bool,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{SqlId, SqlMoment, SqlWrittenJson};

    audit_event (id) {
        id -> SqlId,
        arrival -> BigInt,
        at -> SqlMoment,
        action -> Text,
        subject_kind -> Text,
        subject_id -> Text,
        organisation_id -> Nullable<SqlId>,
        facility_id -> Nullable<SqlId>,
        public_to_inspectors -> Bool,
        actor -> SqlWrittenJson,
        trace -> SqlId,
        payload -> Nullable<SqlWrittenJson>,
        payload_hash -> Nullable<Binary>,
        salt -> Nullable<Binary>,
        only_own -> Bool,
        client_id -> Nullable<Text>,
        inspection_id -> Nullable<SqlId>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::SqlId;

    audit_order (seq) {
        seq -> BigInt,
        event_id -> SqlId,
        chain -> Binary,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::SqlMoment;

    audit_seal (seq_to) {
        seq_to -> BigInt,
        seq_from -> BigInt,
        chain -> Binary,
        previous -> Binary,
        key_id -> Text,
        signature -> Binary,
        at -> SqlMoment,
    }
}

diesel::table! {
    event_key (id) {
        id -> Integer,
        key -> Binary,
    }
}

diesel::table! {
    audit_watermark (id) {
        id -> Integer,
        settled -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{SqlId, SqlJson, SqlMoment};

    redaction (id) {
        id -> SqlId,
        facility_id -> SqlId,
        ground -> Text,
        state -> Text,
        counts -> SqlJson,
        requested_by -> SqlJson,
        created_at -> SqlMoment,
        done_at -> Nullable<SqlMoment>,
        edit -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{SqlId, SqlJson, SqlMoment};

    inspection_round (id) {
        id -> SqlId,
        title -> SqlJson,
        sectors -> SqlJson,
        frameworks -> SqlJson,
        begins -> Date,
        ends -> Date,
        double_judgement -> Bool,
        state -> Text,
        checklist_revision -> BigInt,
        opened_at -> Nullable<SqlMoment>,
        closed_at -> Nullable<SqlMoment>,
        edit -> BigInt,
        created_at -> SqlMoment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{SqlId, SqlJson, SqlMoment};

    checklist_revision (round_id, revision) {
        round_id -> SqlId,
        revision -> BigInt,
        document -> SqlJson,
        published_by -> SqlJson,
        published_at -> SqlMoment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{SqlId, SqlJson, SqlMoment};

    inspection (id) {
        id -> SqlId,
        round_id -> SqlId,
        facility_id -> SqlId,
        unit_id -> Nullable<SqlId>,
        facility_type -> Text,
        reason -> Text,
        reason_disclosed -> Bool,
        announced -> Bool,
        reference -> Nullable<Text>,
        follows_id -> Nullable<SqlId>,
        state -> Text,
        known_at -> Nullable<SqlMoment>,
        checklist_revision -> Nullable<BigInt>,
        checklist_moves -> SqlJson,
        announcements -> SqlJson,
        began_at -> Nullable<SqlMoment>,
        cancellation -> Nullable<SqlJson>,
        edit -> BigInt,
        created_at -> SqlMoment,
        updated_at -> SqlMoment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{SqlId, SqlJson, SqlMoment};

    inspection_side (inspection_id, person) {
        inspection_id -> SqlId,
        person -> Text,
        side -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{SqlId, SqlJson, SqlMoment};

    inspection_assignment (id) {
        id -> SqlId,
        inspection_id -> SqlId,
        person -> Text,
        name -> Text,
        role -> Text,
        assigned_by -> SqlJson,
        assigned_at -> SqlMoment,
        ended_at -> Nullable<SqlMoment>,
        ended_by -> Nullable<SqlJson>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{SqlId, SqlJson, SqlMoment};

    inspection_visit (inspection_id, id) {
        inspection_id -> SqlId,
        id -> SqlId,
        arrival -> SqlId,
        site_id -> Nullable<SqlId>,
        announced -> Bool,
        state -> Text,
        planned_from -> SqlMoment,
        planned_to -> SqlMoment,
        began_at -> Nullable<SqlMoment>,
        ended_at -> Nullable<SqlMoment>,
        interlocutors -> SqlJson,
        note -> Nullable<Text>,
        recorded_by -> Nullable<SqlJson>,
        recorded_at -> Nullable<SqlMoment>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::SqlId;

    document_request (inspection_id, id) {
        inspection_id -> SqlId,
        id -> SqlId,
        arrival -> SqlId,
        title -> Text,
        description -> Nullable<Text>,
        due -> Nullable<Date>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{SqlId, SqlJson, SqlMoment};

    document_answer (id) {
        id -> SqlId,
        inspection_id -> SqlId,
        request_id -> SqlId,
        note -> Nullable<Text>,
        answered_by -> SqlJson,
        answered_at -> SqlMoment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::SqlId;

    document_answer_attachment (answer_id, position) {
        answer_id -> SqlId,
        position -> BigInt,
        facility_id -> SqlId,
        attachment_id -> SqlId,
        sha256 -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{SqlId, SqlJson, SqlMoment};

    finding (inspection_id, id) {
        inspection_id -> SqlId,
        id -> SqlId,
        arrival -> SqlId,
        round_id -> SqlId,
        facility_id -> SqlId,
        framework_code -> Nullable<Text>,
        criterion_code -> Nullable<Text>,
        judgement -> Nullable<Text>,
        conflict -> Bool,
        heads -> SqlJson,
        base -> SqlJson,
        pending -> BigInt,
        content -> Nullable<SqlJson>,
        updated_at -> SqlMoment,
        adopted -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{SqlId, SqlJson, SqlMoment};

    finding_version (inspection_id, id, set_apart) {
        inspection_id -> SqlId,
        id -> SqlId,
        finding_id -> SqlId,
        arrival -> SqlId,
        parents -> SqlJson,
        hash -> Text,
        content -> SqlJson,
        pending -> Bool,
        late -> Bool,
        set_apart -> Bool,
        device_id -> Nullable<SqlId>,
        made_by -> SqlJson,
        made_at -> SqlMoment,
        received_at -> SqlMoment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::SqlId;

    finding_attachment (inspection_id, version_id, attachment_id, sha256) {
        inspection_id -> SqlId,
        version_id -> SqlId,
        facility_id -> SqlId,
        attachment_id -> SqlId,
        sha256 -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{SqlId, SqlJson, SqlMoment};

    sync_batch (inspection_id, id) {
        inspection_id -> SqlId,
        id -> SqlId,
        hash -> Text,
        receipt -> SqlJson,
        device_id -> SqlId,
        sent_by -> SqlJson,
        received_at -> SqlMoment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{SqlId, SqlJson, SqlMoment};

    device (id) {
        id -> SqlId,
        person -> Text,
        name -> Text,
        registered_by -> SqlJson,
        registered_at -> SqlMoment,
        revoked_by -> Nullable<SqlJson>,
        revoked_at -> Nullable<SqlMoment>,
        edit -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{SqlId, SqlJson, SqlMoment};

    report (id) {
        id -> SqlId,
        inspection_id -> SqlId,
        kind -> Text,
        number -> Nullable<Text>,
        corrects_id -> Nullable<SqlId>,
        document -> SqlJson,
        frozen_by -> SqlJson,
        frozen_at -> SqlMoment,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    report_number (year) {
        year -> BigInt,
        last -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{SqlId, SqlJson, SqlMoment};

    delivery (id) {
        id -> SqlId,
        inspection_id -> SqlId,
        report_id -> SqlId,
        way -> Text,
        sent_on -> Date,
        term -> Nullable<SqlJson>,
        proof -> Nullable<SqlJson>,
        delivered_on -> Nullable<Date>,
        extensions -> SqlJson,
        completed_at -> Nullable<SqlMoment>,
        recorded_by -> SqlJson,
        recorded_at -> SqlMoment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{SqlId, SqlJson, SqlMoment};

    reaction (id) {
        id -> SqlId,
        inspection_id -> SqlId,
        report_id -> SqlId,
        finding_id -> Nullable<SqlId>,
        kind -> Text,
        text -> Text,
        given_by -> SqlJson,
        given_at -> SqlMoment,
        decision -> Nullable<SqlJson>,
        decided_by -> Nullable<SqlJson>,
        decided_at -> Nullable<SqlMoment>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{SqlId, SqlJson, SqlMoment};

    improvement_point (inspection_id, id) {
        inspection_id -> SqlId,
        id -> SqlId,
        arrival -> SqlId,
        finding_id -> SqlId,
        text -> Text,
        priority -> Bool,
        withdrawn -> Bool,
        edit -> BigInt,
        saved_by -> SqlJson,
        saved_at -> SqlMoment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{SqlId, SqlJson, SqlMoment};

    publication (id) {
        id -> SqlId,
        inspection_id -> SqlId,
        report_id -> SqlId,
        number -> Text,
        document -> SqlJson,
        checked_by -> Text,
        published_by -> SqlJson,
        published_at -> SqlMoment,
        superseded_by -> Nullable<SqlId>,
        withdrawn_by -> Nullable<SqlJson>,
        withdrawn_at -> Nullable<SqlMoment>,
        withdrawal_reason -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{SqlId, SqlJson, SqlMoment};

    urgent_signal (id) {
        id -> SqlId,
        arrival -> SqlId,
        inspection_id -> SqlId,
        facility_id -> SqlId,
        site_id -> Nullable<SqlId>,
        unit_id -> Nullable<SqlId>,
        finding_id -> Nullable<SqlId>,
        text -> Text,
        seen_at -> SqlMoment,
        hash -> Text,
        device_id -> Nullable<SqlId>,
        set_apart -> Bool,
        raised_by -> SqlJson,
        raised_at -> SqlMoment,
        acknowledged_by -> Nullable<SqlJson>,
        acknowledged_at -> Nullable<SqlMoment>,
        edit -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{SqlId, SqlJson, SqlMoment};

    urgent_measure (id) {
        id -> SqlId,
        signal_id -> SqlId,
        text -> Text,
        taken_on -> Date,
        recorded_by -> SqlJson,
        recorded_at -> SqlMoment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{SqlId, SqlJson, SqlMoment};

    finding_judgement (id) {
        id -> SqlId,
        inspection_id -> SqlId,
        finding_id -> SqlId,
        round_id -> SqlId,
        person -> Text,
        number -> BigInt,
        judgement -> Text,
        reason -> Nullable<Text>,
        heads -> SqlJson,
        given_by -> SqlJson,
        given_at -> SqlMoment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{SqlId, SqlJson, SqlMoment};

    judgement_adoption (inspection_id, finding_id) {
        inspection_id -> SqlId,
        finding_id -> SqlId,
        judgement_id -> SqlId,
        reason -> Nullable<Text>,
        adopted_by -> SqlJson,
        adopted_at -> SqlMoment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{SqlId, SqlJson, SqlMoment};

    inspection_sample (id) {
        id -> SqlId,
        round_id -> SqlId,
        document -> SqlJson,
        drawn_by -> SqlJson,
        drawn_at -> SqlMoment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{SqlId, SqlJson, SqlMoment};

    term_reaction (id) {
        id -> SqlId,
        inspection_id -> SqlId,
        report_id -> SqlId,
        point_id -> Nullable<SqlId>,
        text -> Text,
        given_by -> SqlJson,
        given_at -> SqlMoment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{SqlId, SqlJson, SqlMoment};

    followed_point (id) {
        id -> SqlId,
        arrival -> SqlId,
        inspection_id -> SqlId,
        facility_id -> SqlId,
        report_id -> SqlId,
        finding_id -> SqlId,
        subject -> SqlJson,
        text -> Text,
        priority -> Bool,
        state -> Text,
        due -> Nullable<Date>,
        terms -> SqlJson,
        edit -> BigInt,
        established_at -> SqlMoment,
        updated_at -> SqlMoment,
        state_since -> SqlMoment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{SqlId, SqlJson, SqlMoment};

    improvement_answer (id) {
        id -> SqlId,
        point_id -> SqlId,
        kind -> Text,
        text -> Text,
        on_day -> Nullable<Date>,
        why_not_sooner -> Nullable<Text>,
        given_by -> SqlJson,
        given_at -> SqlMoment,
        decision -> Nullable<SqlJson>,
        decided_by -> Nullable<SqlJson>,
        decided_at -> Nullable<SqlMoment>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::SqlId;

    improvement_answer_attachment (answer_id, position) {
        answer_id -> SqlId,
        position -> BigInt,
        facility_id -> SqlId,
        attachment_id -> SqlId,
        sha256 -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{SqlId, SqlJson, SqlMoment};

    improvement_verification (id) {
        id -> SqlId,
        point_id -> SqlId,
        way -> Text,
        inspection_id -> Nullable<SqlId>,
        met -> Bool,
        note -> Text,
        verified_by -> SqlJson,
        verified_at -> SqlMoment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{SqlId, SqlMoment};

    attachment_upload (attachment_id, facility_id, sender) {
        facility_id -> SqlId,
        attachment_id -> SqlId,
        sender -> Text,
        upload_id -> SqlId,
        sha256 -> Text,
        size -> BigInt,
        received -> BigInt,
        pieces -> BigInt,
        updated_at -> SqlMoment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::SqlId;

    attachment_part (upload_id, position) {
        upload_id -> SqlId,
        position -> BigInt,
        bytes -> Binary,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{SqlId, SqlJson, SqlMoment};

    policy_report (round_id) {
        round_id -> SqlId,
        document -> SqlJson,
        frozen_at -> SqlMoment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{SqlId, SqlMoment};

    round_comparison (sector_code, framework_code, criterion_code, facility_id, round_id) {
        round_id -> SqlId,
        facility_id -> SqlId,
        sector_code -> Text,
        framework_code -> Text,
        criterion_code -> Text,
        agrees -> Bool,
        closed_at -> SqlMoment,
    }
}

diesel::joinable!(facility -> organisation (organisation_id));
diesel::joinable!(attendance -> facility (facility_id));
diesel::allow_columns_to_appear_in_same_group_by_clause!(
    facility_type::sector_code,
    training_reach::year,
);
diesel::joinable!(self_assessment -> facility (facility_id));
diesel::joinable!(self_assessment -> cycle (cycle_id));
diesel::joinable!(answer -> self_assessment (self_assessment_id));
diesel::joinable!(contribution -> self_assessment (self_assessment_id));
diesel::joinable!(attachment -> facility (facility_id));
diesel::joinable!(redaction -> facility (facility_id));
diesel::joinable!(inspection -> facility (facility_id));
diesel::joinable!(urgent_signal -> facility (facility_id));
diesel::joinable!(followed_point -> facility (facility_id));

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::SqlId;

    rollout_item (sector_code, id) {
        sector_code -> Text,
        id -> SqlId,
        arrival -> SqlId,
        kind -> Text,
        last -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{SqlId, SqlJson, SqlMoment};

    rollout_statement (sector_code, item_id, number) {
        sector_code -> Text,
        item_id -> SqlId,
        number -> BigInt,
        known_on -> Date,
        document -> SqlJson,
        recorded_by -> SqlJson,
        recorded_at -> SqlMoment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{SqlId, SqlJson, SqlMoment};

    training_kind (code) {
        code -> Text,
        document -> SqlJson,
        edit -> BigInt,
        created_at -> SqlMoment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{SqlId, SqlJson, SqlMoment};

    training (id) {
        id -> SqlId,
        kind_code -> Text,
        document -> SqlJson,
        edit -> BigInt,
        created_at -> SqlMoment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{SqlId, SqlJson, SqlMoment};

    training_session (training_id, id) {
        training_id -> SqlId,
        id -> SqlId,
        begins -> Date,
        document -> SqlJson,
        edit -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{SqlId, SqlJson, SqlMoment};

    attendance (training_id, session_id, facility_id) {
        training_id -> SqlId,
        session_id -> SqlId,
        facility_id -> SqlId,
        participants -> Integer,
        others -> Integer,
        recorded_by -> SqlJson,
        recorded_at -> SqlMoment,
        edit -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{SqlId, SqlJson, SqlMoment};

    attendance_participant (facility_id, hash, training_id, session_id) {
        facility_id -> SqlId,
        hash -> Text,
        training_id -> SqlId,
        session_id -> SqlId,
        secret -> Text,
        year -> Integer,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{SqlId, SqlJson, SqlMoment};

    training_reach (facility_id, year) {
        facility_id -> SqlId,
        year -> Integer,
        sessions -> Integer,
        staff -> Integer,
        others -> Integer,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{SqlId, SqlJson, SqlMoment};

    training_sector_reach (sector_code, year) {
        sector_code -> Text,
        year -> Integer,
        facilities -> Integer,
        staff -> Integer,
        others -> Integer,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::SqlMoment;

    survey (code) {
        code -> Text,
        created_at -> SqlMoment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{SqlJson, SqlMoment};

    survey_version (survey_code, code) {
        survey_code -> Text,
        code -> Text,
        document -> SqlJson,
        edit -> BigInt,
        created_at -> SqlMoment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{SqlId, SqlJson, SqlMoment};

    survey_wave (id) {
        id -> SqlId,
        survey_code -> Text,
        version_code -> Text,
        document -> SqlJson,
        edit -> BigInt,
        closed_at -> Nullable<SqlMoment>,
        results -> Nullable<SqlJson>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{SqlId, SqlJson};

    survey_sector (wave_id, sector_code) {
        wave_id -> SqlId,
        sector_code -> Text,
        links -> BigInt,
        waiting -> BigInt,
        tally -> SqlJson,
        mixed -> BigInt,
        cleaned -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::SqlId;

    survey_link (secret_hash) {
        secret_hash -> Binary,
        wave_id -> SqlId,
        sector_code -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{SqlId, SqlJson};

    survey_waiting (id) {
        id -> SqlId,
        wave_id -> SqlId,
        sector_code -> Text,
        document -> SqlJson,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{SqlId, SqlJson};

    survey_answer (id) {
        id -> SqlId,
        wave_id -> SqlId,
        sector_code -> Text,
        document -> SqlJson,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::SqlId;

    survey_text (id) {
        id -> SqlId,
        wave_id -> SqlId,
        item_code -> Text,
        says -> Text,
    }
}

diesel::allow_tables_to_appear_in_same_query!(
    sector,
    facility_type,
    organisation,
    facility,
    site,
    unit,
    identifier,
    integration,
    mandate,
    mandate_facility,
    framework_version,
    cycle,
    self_assessment,
    answer,
    self_assessment_revision,
    framework_migration,
    contribution,
    revision_attachment,
    step_plan,
    step_plan_version,
    attachment,
    attachment_chunk,
    idempotency,
    audit_event,
    audit_order,
    redaction,
    inspection_round,
    checklist_revision,
    inspection,
    inspection_side,
    inspection_assignment,
    inspection_visit,
    document_request,
    document_answer,
    document_answer_attachment,
    finding,
    finding_version,
    finding_attachment,
    sync_batch,
    device,
    report,
    report_number,
    delivery,
    reaction,
    improvement_point,
    term_reaction,
    followed_point,
    improvement_answer,
    improvement_answer_attachment,
    improvement_verification,
    publication,
    urgent_signal,
    urgent_measure,
    finding_judgement,
    judgement_adoption,
    inspection_sample,
    policy_report,
    round_comparison,
    training_kind,
    training,
    training_session,
    attendance,
    attendance_participant,
    training_reach,
    training_sector_reach,
    survey,
    survey_version,
    survey_wave,
    survey_sector,
    survey_link,
    survey_waiting,
    survey_answer,
    survey_text,
);

//! Two databases behind one connection type, and column types that are native in each.
use std::fmt;
use std::io::Write as _;
use std::str::FromStr;

use chrono::{DateTime, NaiveDate, NaiveTime, SecondsFormat, Utc};
use chrono_tz::Europe::Brussels;
use diesel::connection::Connection;
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::{AsExpression, BoxableExpression};
use diesel::pg::{Pg, PgConnection, PgValue};
use diesel::query_builder::QueryId;
use diesel::serialize::{self, IsNull, Output, ToSql};
use diesel::sql_types::{Bool, HasSqlType, SqlOrd, SqlType, Timestamptz, Uuid as PgUuid};
use diesel::sqlite::{Sqlite, SqliteConnection, SqliteValue};
use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, SchemaType, Type};
use utoipa::openapi::{RefOr, Schema};

use crate::problem::Problem;

pub use conn::Conn;

mod conn {
    #![allow(missing_docs, reason = "what the derive makes has none")]
    use super::{PgConnection, SqliteConnection};

    /// A connection to whichever database the service runs on.
    #[derive(diesel::MultiConnection)]
    pub enum Conn {
        /// The one that a growing service runs on.
        Postgres(PgConnection),
        /// The embedded one.
        Sqlite(SqliteConnection),
    }
}

/// The backend that queries are written for.
pub type AnyBackend = <Conn as Connection>::Backend;

/// A condition on a table's rows, to be put into a query of it.
pub type Visible<T> = Box<dyn BoxableExpression<T, AnyBackend, SqlType = Bool>>;

/// `uuid` in PostgreSQL, 16 bytes in SQLite. The oid, not the name: a name costs a look-up per connection.
#[derive(SqlType, QueryId, Clone, Copy, Default)]
#[diesel(postgres_type(oid = 2950, array_oid = 2951))]
#[diesel(sqlite_type(name = "Binary"))]
pub struct SqlId;

/// `timestamptz` in PostgreSQL, RFC 3339 in UTC with microseconds (so that it sorts) in SQLite.
#[derive(SqlType, QueryId, Clone, Copy, Default)]
#[diesel(postgres_type(oid = 1184, array_oid = 1185))]
#[diesel(sqlite_type(name = "Text"))]
pub struct SqlMoment;

/// `jsonb` in PostgreSQL, text in SQLite.
#[derive(SqlType, QueryId, Clone, Copy, Default)]
#[diesel(postgres_type(oid = 3802, array_oid = 3807))]
#[diesel(sqlite_type(name = "Text"))]
pub struct SqlJson;

/// `json` in PostgreSQL, which keeps the text as it was written (`jsonb` does not), and text in SQLite.
#[derive(SqlType, QueryId, Clone, Copy, Default)]
#[diesel(postgres_type(oid = 114, array_oid = 199))]
#[diesel(sqlite_type(name = "Text"))]
pub struct SqlWrittenJson;

impl SqlOrd for SqlId {}
impl SqlOrd for SqlMoment {}

/// The identity of a thing: a UUID, version 7 where the server makes it.
#[derive(
    AsExpression,
    FromSqlRow,
    Serialize,
    Deserialize,
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
)]
#[diesel(sql_type = SqlId)]
#[serde(try_from = "std::borrow::Cow<'_, str>", into = "uuid::Uuid")]
pub struct Id(pub uuid::Uuid);

impl From<Id> for uuid::Uuid {
    fn from(id: Id) -> Self {
        id.0
    }
}

impl TryFrom<std::borrow::Cow<'_, str>> for Id {
    type Error = uuid::Error;

    fn try_from(text: std::borrow::Cow<'_, str>) -> Result<Self, uuid::Error> {
        text.parse()
    }
}

impl Id {
    /// A new identity that sorts after those made before it.
    #[allow(
        clippy::new_without_default,
        reason = "a default is one value; this is another every time"
    )]
    pub fn new() -> Self {
        Self(uuid::Uuid::now_v7())
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for Id {
    type Err = uuid::Error;

    /// The hyphenated form only, in whichever case.
    fn from_str(text: &str) -> Result<Self, uuid::Error> {
        let hyphenated: uuid::fmt::Hyphenated = text.parse()?;
        Ok(Self(hyphenated.into_uuid()))
    }
}

/// A moment in UTC, to the microsecond.
#[derive(
    AsExpression,
    FromSqlRow,
    Serialize,
    Deserialize,
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
)]
#[diesel(sql_type = SqlMoment)]
#[serde(try_from = "String", into = "String")]
pub struct Moment(pub DateTime<Utc>);

impl Moment {
    /// The day that it falls on in Flanders: validities, publications and evidence go by days.
    pub fn day(self) -> NaiveDate {
        self.0.with_timezone(&Brussels).date_naive()
    }

    /// The moment at which a day begins in Flanders.
    pub fn start_of(day: NaiveDate) -> Self {
        let midnight = day.and_time(NaiveTime::MIN);
        let there = midnight.and_local_timezone(Brussels).earliest();
        Self(there.map_or(midnight.and_utc(), |there| there.to_utc()))
    }

    /// As a sentence tells it: to the second.
    pub fn to_the_second(self) -> String {
        self.0.to_rfc3339_opts(SecondsFormat::Secs, true)
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.to_rfc3339_opts(SecondsFormat::Micros, true))
    }
}

impl From<Moment> for String {
    fn from(moment: Moment) -> Self {
        moment.to_string()
    }
}

impl TryFrom<String> for Moment {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        DateTime::parse_from_rfc3339(&text)
            .map_err(|_| "use RFC 3339 with an offset, such as 2026-09-01T08:00:00Z".to_owned())?
            .with_timezone(&Utc)
            .try_into()
    }
}

impl TryFrom<DateTime<Utc>> for Moment {
    type Error = String;

    /// What one database would keep and the other would round off (nanoseconds) or sort otherwise (years of five digits) is refused before
    /// either.
    fn try_from(moment: DateTime<Utc>) -> Result<Self, String> {
        let year = chrono::Datelike::year(&moment);
        if !moment.timestamp_subsec_nanos().is_multiple_of(1000) {
            return Err("use microseconds at most".into());
        }
        if !(1900..=9999).contains(&year) || moment.timestamp_subsec_nanos() >= 1_000_000_000 {
            return Err("use a moment between the years 1900 and 9999".into());
        }
        Ok(Self(moment))
    }
}

/// Is the text an id or a moment, as this service writes them? Those have digits and separators too.
pub fn is_technical(text: &str) -> bool {
    text.parse::<Id>().is_ok() || Moment::try_from(text.to_owned()).is_ok()
}

/// Reads a day as RFC 3339 writes it (`2026-09-01`), and no other way: chrono would also take `+2026-9-1`.
pub fn day<'de, D: Deserializer<'de>>(reader: D) -> Result<NaiveDate, D::Error> {
    let text = std::borrow::Cow::<str>::deserialize(reader)?;
    day_of(&text).ok_or_else(|| D::Error::custom("use a day such as 2026-09-01"))
}

/// The day that a text says in the form of RFC 3339; years have four digits in it.
pub fn day_of(text: &str) -> Option<NaiveDate> {
    let day = text.parse::<NaiveDate>().ok();
    day.filter(|day| text.len() == 10 && day.to_string() == text)
}

/// The same, for a day that may be absent.
pub fn day_if_any<'de, D: Deserializer<'de>>(reader: D) -> Result<Option<NaiveDate>, D::Error> {
    day(reader).map(Some)
}

/// JSON as its text: written once, read where it is needed, and passed on to the wire without being taken apart.
#[derive(AsExpression, FromSqlRow, Debug, Clone, PartialEq, Eq)]
#[diesel(sql_type = SqlJson)]
#[diesel(sql_type = SqlWrittenJson)]
pub struct JsonText(pub String);

impl JsonText {
    /// The JSON of a value.
    pub fn of(value: &(impl Serialize + ?Sized)) -> Result<Self, Problem> {
        serde_json::to_string(value)
            .map(Self)
            .map_err(Problem::internal)
    }

    /// The value that the JSON holds.
    pub fn to<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        serde_json::from_str(&self.0).map_err(Problem::internal)
    }

    /// The JSON for the wire, as it stands.
    pub fn raw(self) -> Result<Box<serde_json::value::RawValue>, Problem> {
        serde_json::value::RawValue::from_string(self.0).map_err(Problem::internal)
    }
}

impl ToSql<SqlId, Pg> for Id {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        ToSql::<PgUuid, Pg>::to_sql(&self.0, out)
    }
}
impl FromSql<SqlId, Pg> for Id {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        FromSql::<PgUuid, Pg>::from_sql(value).map(Id)
    }
}
impl ToSql<SqlId, Sqlite> for Id {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(&self.0.as_bytes()[..]);
        Ok(IsNull::No)
    }
}
impl FromSql<SqlId, Sqlite> for Id {
    fn from_sql(mut value: SqliteValue<'_, '_, '_>) -> deserialize::Result<Self> {
        Ok(Id(uuid::Uuid::from_slice(value.read_blob())?))
    }
}
impl ToSql<SqlMoment, Pg> for Moment {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        ToSql::<Timestamptz, Pg>::to_sql(&self.0, &mut out.reborrow())
    }
}
impl FromSql<SqlMoment, Pg> for Moment {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        FromSql::<Timestamptz, Pg>::from_sql(value).map(Moment)
    }
}
impl ToSql<SqlMoment, Sqlite> for Moment {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(self.to_string());
        Ok(IsNull::No)
    }
}
impl FromSql<SqlMoment, Sqlite> for Moment {
    fn from_sql(mut value: SqliteValue<'_, '_, '_>) -> deserialize::Result<Self> {
        Ok(Moment(value.read_text().parse()?))
    }
}
impl ToSql<SqlJson, Pg> for JsonText {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        // The binary form of jsonb: its version, then the text.
        out.write_all(&[1])?;
        out.write_all(self.0.as_bytes())?;
        Ok(IsNull::No)
    }
}
impl FromSql<SqlJson, Pg> for JsonText {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        let text = value
            .as_bytes()
            .strip_prefix(&[1])
            .ok_or("this version of jsonb is not known")?;
        Ok(JsonText(std::str::from_utf8(text)?.to_owned()))
    }
}
impl ToSql<SqlJson, Sqlite> for JsonText {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(self.0.as_str());
        Ok(IsNull::No)
    }
}
impl FromSql<SqlJson, Sqlite> for JsonText {
    fn from_sql(mut value: SqliteValue<'_, '_, '_>) -> deserialize::Result<Self> {
        Ok(JsonText(value.read_text().to_owned()))
    }
}

impl ToSql<SqlWrittenJson, Pg> for JsonText {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        out.write_all(self.0.as_bytes())?;
        Ok(IsNull::No)
    }
}
impl FromSql<SqlWrittenJson, Pg> for JsonText {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        Ok(JsonText(std::str::from_utf8(value.as_bytes())?.to_owned()))
    }
}
impl ToSql<SqlWrittenJson, Sqlite> for JsonText {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        ToSql::<SqlJson, Sqlite>::to_sql(self, out)
    }
}
impl FromSql<SqlWrittenJson, Sqlite> for JsonText {
    fn from_sql(value: SqliteValue<'_, '_, '_>) -> deserialize::Result<Self> {
        FromSql::<SqlJson, Sqlite>::from_sql(value)
    }
}

/// What the multi backend needs to carry a Rust type in a column type of both databases.
#[macro_export]
macro_rules! on_any_backend {
    ($sql:ty => $rust:ty) => {
        impl diesel::serialize::ToSql<$sql, $crate::db::types::AnyBackend> for $rust {
            fn to_sql<'b>(
                &'b self,
                out: &mut diesel::serialize::Output<'b, '_, $crate::db::types::AnyBackend>,
            ) -> diesel::serialize::Result {
                out.set_value((<$sql>::default(), self));
                Ok(diesel::serialize::IsNull::No)
            }
        }
        impl diesel::deserialize::FromSql<$sql, $crate::db::types::AnyBackend> for $rust {
            fn from_sql(
                value: <$crate::db::types::AnyBackend as diesel::backend::Backend>::RawValue<'_>,
            ) -> diesel::deserialize::Result<Self> {
                value.from_sql::<$rust, $sql>()
            }
        }
    };
}

/// Makes a column type known to the multi backend.
macro_rules! known_to_any_backend {
    ($($sql:ty),*) => {$(
        impl HasSqlType<$sql> for AnyBackend {
            fn metadata(lookup: &mut <Self as diesel::sql_types::TypeMetadata>::MetadataLookup) -> <Self as diesel::sql_types::TypeMetadata>::TypeMetadata {
                AnyBackend::lookup_sql_type::<$sql>(lookup)
            }
        }
    )*};
}
known_to_any_backend!(SqlId, SqlMoment, SqlJson, SqlWrittenJson);
on_any_backend!(SqlId => Id);
on_any_backend!(SqlMoment => Moment);
on_any_backend!(SqlJson => JsonText);
on_any_backend!(SqlWrittenJson => JsonText);

/// An enum whose variants are stored and sent under one name each.
#[macro_export]
macro_rules! text_enum {
    ($(#[doc = $about:literal])* pub enum $name:ident { $($(#[doc = $doc:literal])* $variant:ident = $text:literal),* $(,)? }) => {
        $(#[doc = $about])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
            diesel::expression::AsExpression, diesel::deserialize::FromSqlRow,
        )]
        #[diesel(sql_type = diesel::sql_types::Text)]
        pub enum $name { $($(#[doc = $doc])* #[serde(rename = $text)] $variant),* }

        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                let mut about = String::new();
                $(about.push_str($about.trim());)*
                about.push_str("\n\n");
                $(about.push_str(concat!("- `", $text, "`:", $($doc,)* "\n"));)*
                utoipa::openapi::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::SchemaType::new(utoipa::openapi::schema::Type::String))
                    .enum_values(Some([$($text),*]))
                    .description(Some(about.trim_end()))
                    .into()
            }
        }
        impl utoipa::ToSchema for $name {}

        impl $name {
            /// Every value, in the order of the documentation.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];
            /// The name in the database and on the wire.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $text),* }
            }
        }
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.write_str(self.name()) }
        }
        impl std::str::FromStr for $name {
            type Err = String;
            fn from_str(text: &str) -> Result<Self, String> {
                match text {
                    $($text => Ok(Self::$variant),)*
                    _ => Err(format!("use one of: {}", [$($text),*].join(", "))),
                }
            }
        }
        impl diesel::serialize::ToSql<diesel::sql_types::Text, diesel::pg::Pg> for $name {
            fn to_sql<'b>(&'b self, out: &mut diesel::serialize::Output<'b, '_, diesel::pg::Pg>) -> diesel::serialize::Result {
                <str as diesel::serialize::ToSql<diesel::sql_types::Text, diesel::pg::Pg>>::to_sql(self.name(), out)
            }
        }
        impl diesel::serialize::ToSql<diesel::sql_types::Text, diesel::sqlite::Sqlite> for $name {
            fn to_sql<'b>(&'b self, out: &mut diesel::serialize::Output<'b, '_, diesel::sqlite::Sqlite>) -> diesel::serialize::Result {
                out.set_value(self.name());
                Ok(diesel::serialize::IsNull::No)
            }
        }
        impl diesel::deserialize::FromSql<diesel::sql_types::Text, diesel::pg::Pg> for $name {
            fn from_sql(value: diesel::pg::PgValue<'_>) -> diesel::deserialize::Result<Self> {
                Ok(std::str::from_utf8(value.as_bytes())?.parse()?)
            }
        }
        impl diesel::deserialize::FromSql<diesel::sql_types::Text, diesel::sqlite::Sqlite> for $name {
            fn from_sql(mut value: diesel::sqlite::SqliteValue<'_, '_, '_>) -> diesel::deserialize::Result<Self> {
                Ok(value.read_text().parse()?)
            }
        }
        $crate::on_any_backend!(diesel::sql_types::Text => $name);
    };
}

/// Things that are asked for by their ids in one statement at most: SQLite binds 32,766 values.
pub const BOUND_AT_ONCE: usize = 10_000;

/// Runs one statement on whichever connection is inside: what the multi backend refuses (batch insert, upsert) each takes by itself.
#[macro_export]
macro_rules! each {
    ($conn:expr, $inner:ident => $statement:expr) => {
        match $conn {
            $crate::db::types::Conn::Postgres($inner) => $statement,
            $crate::db::types::Conn::Sqlite($inner) => $statement,
        }
    };
}

fn text_schema(format: SchemaFormat, example: &str) -> RefOr<Schema> {
    ObjectBuilder::new()
        .schema_type(SchemaType::new(Type::String))
        .format(Some(format))
        .examples([serde_json::Value::from(example)])
        .into()
}

impl utoipa::PartialSchema for Id {
    fn schema() -> RefOr<Schema> {
        text_schema(
            SchemaFormat::Custom("uuid".into()),
            "01890a5d-ac96-774b-bcce-b302099a8057",
        )
    }
}
impl utoipa::ToSchema for Id {}
impl utoipa::PartialSchema for Moment {
    fn schema() -> RefOr<Schema> {
        text_schema(
            SchemaFormat::KnownFormat(KnownFormat::DateTime),
            "2026-09-01T08:00:00Z",
        )
    }
}
impl utoipa::ToSchema for Moment {}

#[cfg(test)]
mod tests;

//! Many rows in one statement of PostgreSQL's that is the same however many they are, so that it is prepared once: an array for each column.
//!
//! `VALUES` with a parameter for each value is another statement for each number of rows, and reading it costs more than storing them.
use diesel::pg::{Pg, PgConnection};
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::{QueryResult, RunQueryDsl};

/// An insert of columns, made by `insert_columns!`.
pub struct Insert<'r> {
    /// Up to the arrays.
    pub into: &'static str,
    /// An array for each column.
    pub columns: Vec<Box<dyn QueryFragment<Pg> + 'r>>,
    /// What is done about rows that are there.
    pub conflict: &'static str,
}

impl QueryFragment<Pg> for Insert<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql(self.into);
        for (place, column) in self.columns.iter().enumerate() {
            if place > 0 {
                out.push_sql(", ");
            }
            column.walk_ast(out.reborrow())?;
        }
        out.push_sql(") ");
        out.push_sql(self.conflict);
        Ok(())
    }
}

impl QueryId for Insert<'_> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl RunQueryDsl<PgConnection> for Insert<'_> {}

/// The insert of these columns of rows, each with its type, into PostgreSQL's table of this name.
#[macro_export]
macro_rules! insert_columns {
    ($rows:expr, $table:literal, ($first:ident: $first_type:ty $(, $column:ident: $type:ty)* $(,)?), $conflict:expr) => {
        $crate::db::columns::Insert {
            into: concat!(
                "INSERT INTO ", $table, " (", stringify!($first) $(, ", ", stringify!($column))*, ") SELECT * FROM unnest("
            ),
            columns: vec![
                $crate::insert_columns!(@array $rows, $first, $first_type)
                $(, $crate::insert_columns!(@array $rows, $column, $type))*
            ],
            conflict: $conflict,
        }
    };
    (@array $rows:expr, $column:ident, $type:ty) => {{
        let values: Vec<_> = $rows.iter().map(|row| &row.$column).collect();
        Box::new(diesel::IntoSql::into_sql::<diesel::sql_types::Array<$type>>(values))
    }};
}

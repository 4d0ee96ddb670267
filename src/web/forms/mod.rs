//! How a form is written.
//!
//! ```ignore
//! #[derive(Deserialize)]
//! struct DeductForm {
//!     #[serde(default)]
//!     quantity: String,
//!     #[serde(default)]
//!     reason: String,
//! }
//!
//! impl DeductForm {
//!     fn command(self, level: &StockLevel) -> Result<Deduct, FormErrors> {
//!         let mut check = Check::new();
//!         let quantity = check.field("quantity", quantity(&self.quantity, level));
//!         let reason = check.field("reason", reason(&self.reason));
//!         match (quantity, reason) {
//!             (Some(quantity), Some(reason)) => Ok(Deduct { quantity, reason }),
//!             _ => Err(check.errors()),
//!         }
//!     }
//! }
//!
//! pub async fn form(layout: Layout, kept: Kept) -> HttpResponse {
//!     DeductPage { layout, form: kept.form() }.show()
//! }
//!
//! pub async fn submit(layout: Layout, posted: Posted) -> Result<HttpResponse, Problem> {
//!     match posted.read(|form: DeductForm| form.command(&level)) {
//!         Ok(command) => Ok(see_other(&paths::op(&service.draft(command).await?))),
//!         Err(form) => Ok(DeductPage { layout, form }.show()),
//!     }
//! }
//! ```
//!
//! with `show` answering `layout.with_status(form.status(), &page)`. The template takes its parts
//! from `templates/parts/form.html`: `summary`, `csrf`, `text`, `area`, `radios`. Errors appear
//! on submit only, all at once, above the heading and at each field; fields keep what was typed.

mod check;
mod entered;
pub mod filter;

pub use check::{Check, named, whole_number};
pub use entered::{entered, label};

use actix_web::http::StatusCode;

use super::i18n::{Message, msg};

/// What is wrong with one field.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldError {
    /// The field's `name`, which is also its `id`.
    pub field: &'static str,
    pub message: Message,
}

/// What is wrong with a form: at least one thing.
pub type FormErrors = Vec<FieldError>;

/// A form as it is shown: what is typed in, and what is wrong with that.
#[derive(Debug, Clone)]
pub struct FormView {
    fields: Vec<(String, String)>,
    errors: FormErrors,
    problem: Option<Message>,
    status: StatusCode,
}

impl Default for FormView {
    fn default() -> Self {
        Self::filled(Vec::new())
    }
}

impl FormView {
    /// A form to be filled in, with these values in it.
    pub fn filled(fields: Vec<(String, String)>) -> Self {
        Self {
            fields,
            errors: Vec::new(),
            problem: None,
            status: StatusCode::OK,
        }
    }

    /// The filters of a list, as they stand in its address.
    pub fn of_list(fields: &[(&'static str, &str)]) -> Self {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Self::filled(fields.iter().map(owned).collect())
    }

    /// The same, when they cannot be read.
    pub fn refused(self, errors: FormErrors) -> Self {
        self.errors(errors).with_status(StatusCode::BAD_REQUEST)
    }

    /// The same form once more, because of a problem.
    pub fn refill(fields: Vec<(String, String)>, status: StatusCode) -> Self {
        Self {
            status,
            ..Self::filled(fields)
        }
    }

    pub fn errors(mut self, errors: FormErrors) -> Self {
        self.errors = errors;
        self
    }

    /// Something is wrong that no single field can mend.
    pub fn problem(mut self, problem: Message) -> Self {
        self.problem = Some(problem);
        self
    }

    /// Leaves a field empty: a password is typed anew.
    pub fn without(mut self, name: &str) -> Self {
        self.fields.retain(|(field, _)| field != name);
        self
    }

    pub fn with_status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    /// 200, or why the form is shown again.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    pub fn failed(&self) -> bool {
        self.problem.is_some() || !self.errors.is_empty()
    }

    /// The page's title, which says that there is an error.
    pub fn title(&self, title: Message) -> Message {
        if self.failed() {
            msg("title-error").with("title", title)
        } else {
            title
        }
    }

    /// Everything that stands in it.
    pub fn fields(&self) -> &[(String, String)] {
        &self.fields
    }

    /// What stands in a field.
    pub fn value(&self, name: &str) -> &str {
        let field = self.fields.iter().find(|(field, _)| field == name);
        field.map_or("", |(_, value)| value)
    }

    /// Whether a radio button or a checkbox with this value is chosen.
    pub fn chosen(&self, name: &str, value: &str) -> bool {
        let mut fields = self.fields.iter();
        fields.any(|(field, chosen)| field == name && chosen == value)
    }

    pub fn error(&self, name: &str) -> Option<&Message> {
        let error = self.errors.iter().find(|error| error.field == name)?;
        Some(&error.message)
    }

    pub fn all_errors(&self) -> &[FieldError] {
        &self.errors
    }

    pub fn general(&self) -> Option<&Message> {
        self.problem.as_ref()
    }
}

use actix_web::{HttpRequest, HttpResponse, web};

use crate::book::Delivery;
use crate::server::Simulator;
use crate::teller::Telling;

pub async fn serve(
    _simulator: web::Data<Simulator>,
    _request: HttpRequest,
    _body: web::Bytes,
) -> HttpResponse {
    HttpResponse::NotImplemented().finish()
}

pub fn notice(_simulator: &Simulator, _delivery: &Delivery) -> anyhow::Result<Option<Telling>> {
    Ok(None)
}

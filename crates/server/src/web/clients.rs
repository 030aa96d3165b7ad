//! `GET /clients/<name>.json`: the metadata documents that this server hosts for developers (decision 5).

use axum::{
    extract::{Path, State},
    response::{IntoResponse, Response},
};
use http::{HeaderValue, StatusCode, header};

use super::App;
use crate::flow::hosted;

pub(super) async fn get(State(app): State<App>, Path(file): Path<String>) -> Response {
    match hosted::document(app.deps(), &file).await {
        Ok(Some(document)) => {
            let headers = [
                (header::CONTENT_TYPE, HeaderValue::from_static("application/json")),
                (header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=60")),
                (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
            ];
            (headers, document).into_response()
        }
        Ok(None) => StatusCode::NOT_FOUND.into_response(),
        Err(error) => {
            tracing::error!(%error, "a hosted document cannot be read");
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}

//! Is a document known? Asked by every claim that the gate finds short, so that the retry of an
//! order that was placed before its SKU sold out is a replay and not a refusal, whatever Redis
//! has forgotten. Many questions share one query.

use std::collections::HashSet;

use sqlx::MySqlPool;
use tokio::sync::{mpsc, oneshot};

use crate::domain::ids::DocumentNo;
use crate::domain::rejection::{ServiceError, ServiceResult};
use crate::service::in_time::{PATIENCE, in_time};
use crate::store::mysql::stock::documents_known;

/// Questions in one query, and how many may wait.
const TOGETHER: usize = 2_000;
const WAITING: usize = 20_000;
/// Queries at one time.
const ASKERS: usize = 2;

struct Question {
    document: DocumentNo,
    answer: oneshot::Sender<Result<bool, String>>,
}

pub(super) struct DocumentLookup {
    questions: mpsc::Sender<Question>,
}

impl DocumentLookup {
    pub fn start(pool: MySqlPool) -> Self {
        let (questions, inbox) = mpsc::channel(WAITING);
        let inbox = std::sync::Arc::new(tokio::sync::Mutex::new(inbox));
        for _ in 0..ASKERS {
            tokio::spawn(ask(pool.clone(), inbox.clone()));
        }
        Self { questions }
    }

    /// Whether MySQL knows `document`, be it an order, a fence or anything else.
    pub async fn is_known(&self, document: &DocumentNo) -> ServiceResult<bool> {
        let (answer, answered) = oneshot::channel();
        let question = Question {
            document: document.clone(),
            answer,
        };
        self.questions
            .try_send(question)
            .map_err(|_| ServiceError::Busy)?;
        match answered.await {
            Ok(Ok(known)) => Ok(known),
            Ok(Err(why)) => Err(ServiceError::NotConfirmed(why)),
            Err(_) => Err(ServiceError::NotConfirmed(
                "the desk is stopping".to_owned(),
            )),
        }
    }
}

async fn ask(pool: MySqlPool, inbox: std::sync::Arc<tokio::sync::Mutex<mpsc::Receiver<Question>>>) {
    loop {
        let mut batch = Vec::new();
        if inbox.lock().await.recv_many(&mut batch, TOGETHER).await == 0 {
            return;
        }
        let documents: Vec<DocumentNo> = batch.iter().map(|q| q.document.clone()).collect();
        let known = in_time(PATIENCE, documents_known(&pool, &documents)).await;
        let known = known
            .map(HashSet::<DocumentNo>::from_iter)
            .map_err(|error| error.to_string());
        for question in batch {
            let answer = known.as_ref().map(|k| k.contains(&question.document));
            // Nobody waits any more: then nobody needs the answer.
            let _ = question.answer.send(answer.map_err(Clone::clone));
        }
    }
}

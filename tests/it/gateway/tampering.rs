//! Somebody stands between the client and the gateway.

use stockdesk::domain::payment::GatewayAnswer;
use stockdesk::gateway::PaymentGateway;
use tokio::net::{TcpListener, TcpStream};

use super::raw_http::Message;
use super::world::{SECRET, World, client, sent};

/// Passes one request on, and its answer back as `change` leaves it.
async fn pass_on(
    listener: &TcpListener,
    gateway: std::net::SocketAddr,
    change: impl FnOnce(&mut Message),
) -> Message {
    let (mut caller, _) = listener.accept().await.unwrap();
    let request = Message::read(&mut caller).await.unwrap();
    let mut upstream = TcpStream::connect(gateway).await.unwrap();
    request.write(&mut upstream).await;
    let original = Message::read(&mut upstream).await.unwrap();
    let mut answer = original.clone();
    change(&mut answer);
    // Each exchange has a connection of its own here.
    let one = "\r\nconnection: close\r\n";
    answer.head = answer.head.replacen("\r\n", one, 1);
    answer.write(&mut caller).await;
    original
}

fn flip(text: &str, at: usize) -> String {
    let mut bytes = text.as_bytes().to_vec();
    bytes[at] ^= 1;
    String::from_utf8(bytes).unwrap()
}

#[actix_web::test]
async fn flipping_any_byte_of_a_signed_answer_is_noticed() {
    let world = World::new().await;
    world.created("A1").await;
    assert!(matches!(world.close("A1").await, GatewayAnswer::Closed(_)));

    let middle = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", middle.local_addr().unwrap());
    let payment = sent("A1");
    let victim = client(&url, SECRET, &world.clock);
    let exchange = async |change: &dyn Fn(&mut Message)| {
        let passed = pass_on(&middle, world.sandbox.addr(), change);
        tokio::join!(victim.query(&payment), passed)
    };
    let (answer, original) = exchange(&|_| {}).await;
    assert!(matches!(answer, GatewayAnswer::Closed(_)), "{answer:?}");

    for at in 0..original.body.len() {
        let (answer, _) = exchange(&|m| m.body[at] ^= 1).await;
        assert!(
            matches!(answer, GatewayAnswer::Unknown(_)),
            "body {at}: {answer:?}"
        );
    }
    let signature = original.header("sandbox-signature").unwrap().len();
    for at in 0..signature {
        let (answer, _) = exchange(&|m| {
            let value = m.header("sandbox-signature").unwrap().to_owned();
            m.head = m.head.replace(&value, &flip(&value, at));
        })
        .await;
        assert!(
            matches!(answer, GatewayAnswer::Unknown(_)),
            "header {at}: {answer:?}"
        );
    }
    for status in ["201 Created", "404 Not Found", "500 Internal Server Error"] {
        let (answer, _) = exchange(&|m| m.head = m.head.replace("200 OK", status)).await;
        assert!(
            matches!(answer, GatewayAnswer::Unknown(_)),
            "{status}: {answer:?}"
        );
    }
    world.sandbox.stop().await;
}

#[actix_web::test]
async fn an_earlier_genuine_answer_is_not_believed_a_second_time() {
    let world = World::new().await;
    world.created("A1").await;
    let middle = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", middle.local_addr().unwrap());
    let victim = client(&url, SECRET, &world.clock);
    let payment = sent("A1");
    let (answer, genuine) = tokio::join!(
        victim.query(&payment),
        pass_on(&middle, world.sandbox.addr(), |_| {})
    );
    assert_eq!(answer, GatewayAnswer::Open);

    world.pay_now("A1").await;
    let (answer, _) = tokio::join!(
        victim.query(&payment),
        pass_on(&middle, world.sandbox.addr(), move |m| *m = genuine)
    );
    assert!(matches!(answer, GatewayAnswer::Unknown(_)), "{answer:?}");
    world.sandbox.stop().await;
}

#[actix_web::test]
async fn a_request_sent_again_by_somebody_is_not_served() {
    let world = World::new().await;
    world.created("A1").await;
    let middle = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", middle.local_addr().unwrap());
    let victim = client(&url, SECRET, &world.clock);
    let addr = world.sandbox.addr();
    let eavesdrop = async {
        let (mut caller, _) = middle.accept().await.unwrap();
        let request = Message::read(&mut caller).await.unwrap();
        let mut answers = Vec::new();
        for _ in 0..2 {
            let mut upstream = TcpStream::connect(addr).await.unwrap();
            request.write(&mut upstream).await;
            answers.push(Message::read(&mut upstream).await.unwrap());
        }
        answers[0].write(&mut caller).await;
        answers
    };
    let payment = sent("A1");
    let (answer, answers) = tokio::join!(victim.query(&payment), eavesdrop);
    assert_eq!(answer, GatewayAnswer::Open);
    assert!(
        answers[1].head.starts_with("HTTP/1.1 401"),
        "{}",
        answers[1].head
    );
    world.sandbox.stop().await;
}

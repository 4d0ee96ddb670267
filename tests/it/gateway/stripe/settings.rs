//! Settings that cannot be right are refused before anybody is asked.

use stockdesk::gateway::StripeSettings;

use super::world::settings;

fn wrong(change: impl FnOnce(&mut StripeSettings)) -> String {
    let mut settings = settings("https://api.stripe.com");
    assert!(settings.check().is_ok());
    change(&mut settings);
    settings.check().unwrap_err().to_string()
}

#[test]
fn each_setting_is_checked() {
    assert!(wrong(|s| s.base_url = "http://api.stripe.com".to_owned()).contains("address"));
    assert!(wrong(|s| s.base_url = "https://api.stripe.com/v1".to_owned()).contains("address"));
    assert!(wrong(|s| s.secret_key = "pk_test_1".to_owned()).contains("secret key"));
    assert!(wrong(|s| s.secret_key = "sk_".to_owned()).contains("secret key"));
    assert!(wrong(|s| s.webhook_secret = "secret".to_owned()).contains("webhook"));
    assert!(wrong(|s| s.success_url = String::new()).contains("after paying"));
    assert!(wrong(|s| s.title = "x".repeat(61)).contains("title"));
}

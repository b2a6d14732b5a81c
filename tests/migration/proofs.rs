//! Every setting has a test that shows its effect, or a row in docs/migration.md, or both.

use std::collections::BTreeSet;
use std::path::Path;

use crate::{page, told};

/// What shows the effect of a setting: `file::test`, below `tests/`.
const PROOFS: &[(&str, &[&str])] = &[
    ("server.transport", &["deployments::a_container_with_a_mounted_file_speaks_streamable_http"]),
    ("server.host", &["migration/effects::address_and_port_are_those_that_were_said"]),
    ("server.port", &["migration/effects::address_and_port_are_those_that_were_said"]),
    ("server.certificate_file", &["migration/effects::certificate_and_key_make_it_https"]),
    ("server.private_key_file", &["migration/effects::certificate_and_key_make_it_https"]),
    ("server.path", &["migration/effects::the_endpoint_is_at_its_path"]),
    ("server.log_level", &["migration/effects::the_log_says_what_its_level_lets_through"]),
    ("server.include_tags", &["migration/effects::tags_choose_tools"]),
    ("server.exclude_tags", &["migration/effects::tags_choose_tools"]),
    (
        "server.tools_path",
        &["deployments/page::python_files_are_named_and_other_tools_take_their_place"],
    ),
    ("server.keepalive_interval", &["migration/effects::the_session_is_kept_alive"]),
    ("server.response_format", &["migration/effects::results_are_written_as_json_or_toon"]),
    ("server.test_connection_on_startup", &["migration/effects::the_connection_is_tested_first"]),
    ("server.startup_test_timeout", &["migration/effects::the_connection_is_tested_first"]),
    ("server.auth_type", &["migration/effects::callers_show_a_signed_token"]),
    ("server.auth_jwks_uri", &["recipes::keycloak_and_others_with_a_key_set"]),
    ("server.auth_public_key", &["migration/effects::callers_show_a_signed_token"]),
    ("server.auth_issuer", &["migration/effects::callers_show_a_signed_token"]),
    ("server.auth_audience", &["migration/effects::callers_show_a_signed_token"]),
    ("server.auth_algorithm", &["jwt::every_algorithm_is_checked_and_takes_no_other"]),
    ("server.auth_required_scopes", &["migration/effects::callers_show_a_signed_token"]),
    ("server.auth_oauth_client_id", &["recipes::a_login_at_a_provider"]),
    ("server.auth_oauth_client_secret", &["recipes::a_login_at_a_provider"]),
    ("server.auth_oauth_authorization_url", &["recipes::a_login_at_a_provider"]),
    ("server.auth_oauth_token_url", &["recipes::a_login_at_a_provider"]),
    (
        "server.auth_oauth_userinfo_url",
        &["oauth_proxy_tokens::whose_a_token_is_the_provider_says_in_it_or_when_asked"],
    ),
    (
        "server.auth_oauth_scopes",
        &[
            "oauth_proxy_tokens::what_may_be_done_is_what_was_granted_asked_for_and_shown_to_the_person",
        ],
    ),
    ("server.auth_oauth_redirect_uri", &["recipes::a_login_at_a_provider"]),
    (
        "server.auth_oauth_provider_type",
        &["oauth_proxy_presets::each_kind_of_provider_is_asked_as_it_wants"],
    ),
    ("platform.host", &["migration/effects::the_platform_is_asked_as_the_settings_say"]),
    ("platform.port", &["migration/effects::the_platform_is_asked_as_the_settings_say"]),
    ("platform.disable_tls", &["migration/effects::the_platform_is_asked_as_the_settings_say"]),
    (
        "platform.disable_verify",
        &["migration/effects::certificates_are_checked_unless_told_otherwise"],
    ),
    ("platform.user", &["migration/effects::the_platform_is_asked_as_the_settings_say"]),
    ("platform.password", &["migration/effects::the_platform_is_asked_as_the_settings_say"]),
    ("platform.client_id", &["migration/effects::the_platform_is_asked_as_the_settings_say"]),
    ("platform.client_secret", &["migration/effects::the_platform_is_asked_as_the_settings_say"]),
    ("platform.timeout", &["migration/effects::a_request_takes_no_longer_than_its_time"]),
    ("platform.ttl", &["migration/effects::the_login_is_renewed_after_its_time"]),
    ("tool.type", &["migration/arrives::tools_arrive_from_file_and_variables"]),
    ("tool.name", &["bindings_dropin::what_went_wrong_there_goes_right_here"]),
    (
        "tool.automation",
        &["bindings_dropin::calls_ask_the_platform_for_the_same_and_answer_the_same"],
    ),
    ("tool.cluster", &["bindings_dropin::what_went_wrong_there_goes_right_here"]),
    ("tool.description", &["bindings_dropin::what_went_wrong_there_goes_right_here"]),
    ("tool.tags", &["bindings_dropin::tags_choose_them_as_they_did"]),
    ("tool.tool_name", &["migration/arrives::tools_arrive_from_file_and_variables"]),
    ("ITENTIAL_MCP_CONFIG", &["config::the_config_option_beats_the_variable_that_names_a_file"]),
    ("--config", &["cli::a5_config_stands_before_or_after_the_command"]),
    ("FASTMCP_*", &["discretion::variables_and_files_of_other_programs_change_nothing"]),
    ("HTTP_PROXY", &["platform_client/check::a_proxy_is_used_and_named"]),
    ("HTTPS_PROXY", &["platform_client/tls::proxies_are_used_as_the_environment_says"]),
    ("ALL_PROXY", &["migration/effects::proxies_are_those_of_the_environment"]),
    ("NO_PROXY", &["migration/effects::proxies_are_those_of_the_environment"]),
    ("SSL_CERT_FILE", &["platform_client/tls::ssl_cert_file_is_trusted_and_a_wrong_one_named"]),
    ("COLUMNS", &["cli::a23_help_fits_the_screen_without_cutting_words"]),
    ("call tool", &["migration/effects::a_call_names_its_tool_and_arguments"]),
    ("call --params", &["migration/effects::a_call_names_its_tool_and_arguments"]),
    ("test --timeout", &["platform_client/check::one_deadline_bounds_all_of_it"]),
    ("test --format", &["migration/effects::the_test_is_told_as_asked"]),
    ("test --verbose", &["migration/effects::the_test_is_told_as_asked"]),
    ("test --quiet", &["migration/effects::the_test_is_told_as_asked"]),
    ("-h", &["cli::every_command_has_help_before_and_after_its_options"]),
    ("--help", &["cli::every_command_has_help_before_and_after_its_options"]),
];

#[test]
fn nothing_that_could_be_told_is_left_out() {
    let known: BTreeSet<String> = told::all().iter().flat_map(told::Told::ids).collect();
    let differs = page::differs();
    let proven: BTreeSet<String> = PROOFS.iter().map(|(id, _)| (*id).to_owned()).collect();
    for id in &known {
        assert!(
            differs.contains(id) || proven.contains(id),
            "{id}: no test shows its effect, and docs/migration.md has no row for it"
        );
    }
    for id in differs.iter().chain(&proven) {
        assert!(known.contains(id), "the Python server knew no {id}");
    }
}

#[test]
fn the_proofs_exist() {
    for (id, proofs) in PROOFS {
        assert!(!proofs.is_empty(), "{id}");
        for proof in *proofs {
            let (file, name) = proof.split_once("::").expect("a file and a test");
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(file);
            let source = std::fs::read_to_string(path.with_extension("rs"));
            let source = source.unwrap_or_else(|error| panic!("{file}: {error}"));
            assert!(source.contains(&format!("fn {name}()")), "{file} has no {name}");
        }
    }
}

"""What is a secret is told in one place, by names and by values"""

import pytest

from pipectl.facts.secret_names import MASKED, is_secret, is_secret_name, is_secret_value, redacted, replaced

SECRET_NAMES = sorted({
    "RAILS_MASTER_KEY", "DB_PASSWORD", "DB_PASS", "MYSQL_PWD", "GITHUB_TOKEN", "SECRET_KEY_BASE",
    "API_KEY", "apiKey", "stripeApiKey", "OAuthToken", "AWS_SECRET_ACCESS_KEY", "SESSION_SECRET",
    "SENTRY_DSN", "REDIS_CREDENTIALS", "LICENSE_KEY", "PRIVATE_KEY", "SSH_KEY", "DATADOG_APP_KEY",
    "ENCRYPTION_KEY", "DJANGO_SECRET", "dbpassword", "DB_PASSWORD_2", "PASSWORD_PROD",
    "JWT_SIGNING_KEY", "passphrase", "STRIPE_KEY", "AZURE_STORAGE_KEY", "ACCOUNT_KEY",
    "CLIENT_SECRET", "NPM_AUTHTOKEN", "PASSWORD_SALT", "API_KEYS", "access-token",
})  # fmt: skip
HARMLESS_NAMES = sorted({
    "PUBLIC_KEY", "KEYCLOAK_URL", "MONKEY", "AWS_ACCESS_KEY_ID", "KMS_KEY_ID", "S3_KEY_PREFIX",
    "S3_KEY", "S3ObjectKey", "KEY", "TURKEY", "TOKEN_TTL", "TOKEN_URL", "SECRET_NAME", "SECRET_ARN",
    "PASSWORD_MIN_LENGTH", "TOKEN_EXPIRY_SECONDS", "CREDENTIALS_FILE", "BYPASS_CACHE",
    "COMPASS_HOST", "MAX_TOKENS", "PRIMARY_KEY", "PARTITION_KEY", "CACHE_KEY",
    "STRIPE_PUBLISHABLE_KEY", "TOKENIZER", "AUTHOR", "PASSENGER_PORT", "imagePullCredentialsType",
    "SECRETS_MANAGER_REGION", "STAGE", "DATABASE_HOST",
})  # fmt: skip
SECRET_VALUES = [
    "AKIAIOSFODNN7EXAMPLE",
    "ghp_" + "a1B2" * 9,
    "github_pat_" + "a1B2" * 9,
    "glpat-" + "a1B2" * 5,
    "xoxb-1234567890-abcdef",
    "sk_live_" + "a1B2" * 6,
    "npm_" + "a1B2" * 9,
    "AIza" + "a1B2c" * 7,
    "SG." + "a1B2" * 5 + "." + "a1B2" * 10,
    "sk-ant-" + "a1B2" * 8,
    "hf_" + "aBcD" * 9,
    "hvs." + "a1B2" * 8,
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl",
    "postgres://app:0pensesame@db.internal/app",
    "redis://:0pensesame@cache:6379",
    "Server=db;User Id=app;Password=0pensesame;",
    "DefaultEndpointsProtocol=https;AccountKey=abcdef0123==;",
    "-----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY-----",
    "https://hooks.slack.com/services/T00000000/B00000000/abcdefghijklmnop",
]
PLAIN_VALUES = [
    "postgres://db.internal/app",
    "https://example.com:8080/path",
    "-----BEGIN PUBLIC KEY-----",
    "arn:aws:kms:eu-west-1:012345678901:key/1234abcd",
    "012345678901.dkr.ecr.eu-west-1.amazonaws.com/app:1",
    "s3://bucket/key",
    "git@github.com:owner/repo.git",
    "postgres://app:${DB_PASSWORD}@db/app",
    "password=$PASSWORD",
    "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
]


@pytest.mark.parametrize("name", SECRET_NAMES)
def test_a_name_that_tells_a_secret(name: str) -> None:
    assert is_secret_name(name)
    assert is_secret(name, "correct-horse")


@pytest.mark.parametrize("name", HARMLESS_NAMES)
def test_a_name_that_only_looks_like_one(name: str) -> None:
    assert not is_secret_name(name)


@pytest.mark.parametrize("value", SECRET_VALUES)
def test_a_value_that_is_a_secret_whatever_it_is_called(value: str) -> None:
    assert is_secret("STAGE", value)
    assert redacted(f"before {value} after").startswith("before ")
    assert MASKED in redacted(value)


@pytest.mark.parametrize("value", PLAIN_VALUES)
def test_a_value_that_is_none(value: str) -> None:
    assert not is_secret_value(value)
    assert redacted(value) == value


@pytest.mark.parametrize("value", ["", "true", "3", "/run/secrets/key", "arn:aws:x", "${env:X}", "#{A.b}"])
def test_a_reference_or_switch_is_none_under_any_name(value: str) -> None:
    assert not is_secret("DB_PASSWORD", value)


def test_nothing_of_a_secret_is_left_in_a_text() -> None:
    key = "-----BEGIN PRIVATE KEY-----\nMIIEvQ\nIBADAN\n-----END PRIVATE KEY-----"
    text = f"curl -H 'Authorization: token {SECRET_VALUES[1]}' x\n{key}\nend"
    assert redacted(text) == f"curl -H 'Authorization: token {MASKED} x\n{MASKED}\nend"


def test_each_word_with_a_secret_is_replaced_whole_and_the_rest_of_the_text_stays() -> None:
    token, key = "ghp_" + "a1" * 18, "-----BEGIN RSA PRIVATE KEY-----\nMII\n-----END RSA PRIVATE KEY-----"
    text = f"push https://x:{token}@host\tthen db=postgres://u:pw12@h/db,\nend {key} {'long-' * 2000}"
    assert replaced(text, lambda secret: f"<{secret[:3]}>") == (
        f"push <htt>\tthen <db=>\nend <---> {'long-' * 2000}"
    )

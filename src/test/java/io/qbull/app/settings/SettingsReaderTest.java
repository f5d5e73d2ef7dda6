package io.qbull.app.settings;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.entry;

import io.qbull.app.exit.CliException;
import io.qbull.app.exit.ExitCode;
import io.qbull.app.pod.ReadyLine;
import io.qbull.model.QueueName;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsReaderTest {
    private static final Path HOME = Path.of("/srv/qbull");

    @Test
    void the_defaults_apply_without_any_setting() throws CliException {
        AppSettings settings = read(Map.of(), Map.of());

        assertThat(settings.redisUrl()).isNull();
        assertThat(settings.queues().names()).containsExactly(new QueueName("WHATSAPP"));
        assertThat(settings.queues().partitions()).isEqualTo(16);
        assertThat(settings.queues().partitionsPerPod()).isEqualTo("auto");
        assertThat(settings.queues().leaseTtl()).isEqualTo(Duration.ofSeconds(15));
        assertThat(settings.web().http()).isEqualTo(new AppSettings.Address("127.0.0.1", 8080));
        assertThat(settings.web().management()).isEqualTo(new AppSettings.Address("127.0.0.1", 9876));
        assertThat(settings.web().token()).isNull();
        assertThat(settings.folders().routes()).isEqualTo(HOME.resolve("routes"));
        assertThat(settings.folders().data()).isEqualTo(HOME.resolve("data"));
        assertThat(settings.webhookUrl()).isNull();
        assertThat(settings.pod().value()).isNotBlank();
    }

    @Test
    void the_environment_overrides_the_file_and_empty_means_unset() throws CliException {
        AppSettings settings = read(
                Map.of(
                        "PARTITIONS",
                        "8",
                        "PARTITIONS_PER_POD",
                        "",
                        "QBULL_QUEUES",
                        " A, B.c ",
                        "QBULL_POD_ID",
                        "pod-1"),
                Map.of("qbull.partitions", "4", "qbull.partitionsPerPod", "2", "qbull.webhookUrl", "https://h/x?y=1"));

        assertThat(settings.queues().partitions()).isEqualTo(8);
        assertThat(settings.queues().partitionsPerPod()).isEqualTo("2");
        assertThat(settings.queues().names()).extracting(QueueName::value).containsExactly("A", "B.c");
        assertThat(settings.pod().value()).isEqualTo("pod-1");
        assertThat(settings.webhookUrl()).isEqualTo(URI.create("https://h/x?y=1"));
    }

    @Test
    void a_request_may_be_larger_than_two_gigabytes() throws CliException {
        AppSettings settings = read(Map.of("QBULL_MAX_REQUEST_SIZE", "3000000000"), Map.of());

        assertThat(settings.web().bulk().requestSize()).isEqualTo(3_000_000_000L);
    }

    @Test
    void options_of_one_queue_are_collected() throws CliException {
        AppSettings settings = read(
                Map.of("QBULL_QUEUES", "A.b,C"),
                Map.of("qbull.queue.A.b.partitions", "64", "qbull.queue.C.leaseTtl", "3s", "camel.main.name", "x"));

        assertThat(settings.queues().options())
                .containsOnly(
                        Map.entry(new QueueName("A.b"), Map.of("partitions", "64")),
                        Map.entry(new QueueName("C"), Map.of("leaseTtl", "3s")));
    }

    @ParameterizedTest
    @CsvSource({
        "QBULL_HTTP_PORT, 80a80",
        "QBULL_HTTP_PORT, 0",
        "QBULL_HTTP_PORT, 65536",
        "QBULL_MANAGEMENT_PORT, 8080",
        "QBULL_MAX_CONNECTIONS, 0",
        "PARTITIONS, 0",
        "PARTITIONS, 16385",
        "PARTITIONS, 1.5",
        "PARTITIONS_PER_POD, -1",
        "QBULL_LEASE_TTL, 15",
        "QBULL_LEASE_TTL, 500ms",
        "QBULL_LEASE_TTL, soon",
        "QBULL_QUEUES, ','",
        "QBULL_QUEUES, 'A,A'",
        "QBULL_QUEUES, 'A B'",
        "QBULL_POD_ID, 'a b'",
        "QBULL_HTTP_HOST, no.such.host.invalid",
        "QBULL_HTTP_HOST, 0.0.0.0",
        "QBULL_MANAGEMENT_HOST, '::'",
        "QBULL_HTTP_HEADERS, 'a b'",
        "QBULL_HTTP_HEADERS, Authorization",
        "QBULL_HTTP_HEADERS, 'x,COOKIE'",
        "QBULL_HTTP_HEADERS, cAmElQbullKey",
        "QBULL_WEBHOOK_URL, ftp://x/",
        "QBULL_WEBHOOK_URL, 'http://a b'",
        "QBULL_WEBHOOK_URL, localhost",
    })
    void a_wrong_value_is_refused_with_its_name_and_value(String variable, String value) {
        assertThatThrownBy(() -> read(Map.of(variable, value), Map.of()))
                .isInstanceOfSatisfying(CliException.class, refusal -> {
                    assertThat(refusal.exitCode()).isEqualTo(ExitCode.USAGE);
                    assertThat(refusal.getMessage()).startsWith(variable + " (").doesNotContain("\n");
                });
    }

    @ParameterizedTest
    @ValueSource(strings = {"QBULL_LEASE_TTL", "QBULL_BODY_TIMEOUT", "QBULL_COALESCE_WINDOW"})
    void the_durations_that_a_refusal_offers_are_accepted(String variable) {
        String refusal = requireNonNull(
                catchThrowable(() -> read(Map.of(variable, "soon"), Map.of())).getMessage());

        String[] offered = refusal.substring(refusal.lastIndexOf(": ") + 2).split(", ");

        assertThat(offered)
                .hasSize(6)
                .allSatisfy(each -> assertThatNoException().isThrownBy(() -> read(Map.of(variable, each), Map.of())));
        assertThatThrownBy(() -> read(Map.of(variable, "999ms"), Map.of())).hasMessageContaining("must be 1s or more");
        assertThatThrownBy(() -> read(Map.of(variable, "41666667d"), Map.of()))
                .hasMessageContaining("must be at most 999999999h");
    }

    @Test
    void a_refused_redis_url_or_token_is_not_repeated() {
        assertThatThrownBy(() -> read(Map.of("REDIS_URL", "http://:secret@h"), Map.of()))
                .hasMessageStartingWith("REDIS_URL must be")
                .hasMessageNotContaining("secret");
        assertThatThrownBy(() -> read(Map.of("QBULL_TOKEN", "sec ret"), Map.of()))
                .hasMessageStartingWith("QBULL_TOKEN must be")
                .hasMessageNotContaining("sec ret");
    }

    @Test
    void a_message_names_a_setting_as_the_person_did() {
        assertThatThrownBy(() -> read(Map.of(), Map.of("qbull.httpPort", "x")))
                .hasMessageStartingWith("qbull.httpPort (x)");
    }

    @Test
    void the_environment_overrides_the_file_under_any_name() throws CliException {
        Map<String, String> file = Map.of(
                "camel.component.qbull.lease-ttl", "3s",
                "qbull.partitions", "3",
                "camel.component.qbull.configuration.podId", "from-file");

        assertThat(read(Map.of("QBULL_LEASE_TTL", "4s"), file).queues().leaseTtl())
                .isEqualTo(Duration.ofSeconds(4));
        assertThat(read(Map.of("CAMEL_COMPONENT_QBULL_LEASE_TTL", "4s"), file)
                        .queues()
                        .leaseTtl())
                .isEqualTo(Duration.ofSeconds(4));
        assertThat(read(Map.of("CAMEL_COMPONENT_QBULL_PARTITIONS", "4"), file)
                        .queues()
                        .partitions())
                .isEqualTo(4);
        assertThat(read(Map.of("QBULL_LEASE_TTL", " "), file).queues().leaseTtl())
                .isEqualTo(Duration.ofSeconds(3));
        assertThat(read(Map.of(), file).pod().value()).isEqualTo("from-file");
    }

    @Test
    void two_names_of_a_setting_that_contradict_each_other_in_one_place_are_refused() throws CliException {
        Map<String, String> file =
                Map.of("qbull.redisUrl", "redis://:secret@a", "camel.component.qbull.redisUri", "redis://b");
        Map<String, String> environment =
                Map.of("CAMEL_COMPONENT_QBULL_MAX_ATTEMPTS", "3", "CAMEL_COMPONENT_QBULL_MAXATTEMPTS", "4");

        assertThatThrownBy(() -> read(Map.of(), file))
                .isInstanceOf(CliException.class)
                .hasMessageContainingAll("qbull.redisUrl", "camel.component.qbull.redisUri")
                .hasMessageNotContaining("secret");
        assertThatThrownBy(() -> read(environment, Map.of()))
                .isInstanceOf(CliException.class)
                .hasMessageContainingAll("CAMEL_COMPONENT_QBULL_MAX_ATTEMPTS", "CAMEL_COMPONENT_QBULL_MAXATTEMPTS");
        assertThat(read(
                                Map.of("PARTITIONS", "8", "CAMEL_COMPONENT_QBULL_PARTITIONS", "8"),
                                Map.of("qbull.partitions", "3"))
                        .queues()
                        .partitions())
                .isEqualTo(8);
    }

    @Test
    void camel_reads_each_option_once_and_none_that_is_a_setting() throws CliException {
        SettingsReader reader = new SettingsReader(
                Map.of("CAMEL_COMPONENT_QBULL_MAX_ATTEMPTS", "9", "CAMEL_COMPONENT_QBULL_POD_ID", "p"),
                Map.of(
                        "camel.component.qbull.maxAttempts", "3",
                        "camel.component.qbull.backoff", "2s",
                        "camel.component.qbull.redisUri", "redis://a",
                        "camel.main.shutdownTimeout", "50",
                        "my.own", "x"),
                HOME);

        assertThat(reader.camel())
                .containsOnly(
                        entry("camel.component.qbull.maxattempts", "9"),
                        entry("camel.component.qbull.backoff", "2s"),
                        entry("camel.main.shutdownTimeout", "50"),
                        entry("my.own", "x"));
    }

    @Test
    void a_misspelt_setting_in_the_file_is_refused() {
        assertThatThrownBy(() -> read(Map.of(), Map.of("qbull.partition", "3")))
                .hasMessageContaining("qbull.partition (3)");
        assertThatThrownBy(() -> read(Map.of(), Map.of("qbull.queue.partitions", "3")))
                .hasMessageContaining("qbull.queue.NAME.OPTION");
    }

    @Test
    void a_queue_that_only_routes_use_may_have_options_without_being_open_to_http_clients() throws CliException {
        AppSettings.Queues queues = read(Map.of("QBULL_QUEUES", "A"), Map.of("qbull.queue.B.PARTITIONS", "3"))
                .queues();

        assertThat(queues.names()).containsExactly(new QueueName("A"));
        assertThat(queues.options()).containsOnly(entry(new QueueName("B"), Map.of("partitions", "3")));
    }

    @ParameterizedTest
    @CsvSource({
        "QBULL_SERVICE_HOST, 10.0.0.1",
        "QBULL_SERVICE_PORT_HTTP, 8080",
        "QBULL_PORT, tcp://10.0.0.1:8080",
        "QBULL_PORT_8080_TCP_ADDR, 10.0.0.1",
        "QBULL_HTTP_SERVICE_PORT, 8080",
        "QBULL_TEST_REDIS, redis://127.0.0.1",
        "QBULL_LEASE_TLL, ''",
        "MY_REDIS_URL, redis://127.0.0.1",
        "PARTITION_ID, 3",
        "CAMEL_MAIN_NAME, x",
    })
    void a_variable_of_others_is_left_alone(String variable, String value) {
        assertThatNoException().isThrownBy(() -> read(Map.of(variable, value), Map.of()));
    }

    @Test
    void a_setting_among_the_options_of_the_jvm_is_refused_with_the_variable() {
        assertThatNoException()
                .isThrownBy(() -> UnknownNames.checkSystemProperties(
                        List.of("qbull.home", "qbull.log.level", "qbull.size.crash.jobs", "my.own")));
        assertThatThrownBy(() -> UnknownNames.checkSystemProperties(List.of("qbull.partition")))
                .isInstanceOf(CliException.class)
                .hasMessage("-Dqbull.partition is not read: settings stand in config/application.properties or in the"
                        + " environment; did you mean PARTITIONS?");
    }

    @Test
    void a_name_that_others_may_use_is_left_alone_if_the_setting_is_given() {
        assertThatNoException()
                .isThrownBy(() -> read(Map.of("REDIS_URI", "redis://a", "REDIS_URL", "redis://b"), Map.of()));
        assertThatNoException()
                .isThrownBy(() -> read(Map.of(), Map.of("qbull.partitions", "3", "partitions", "x", "my.own", "x")));
    }

    @Test
    void another_host_than_this_machine_is_allowed_with_a_token() throws CliException {
        AppSettings settings = read(Map.of("QBULL_HTTP_HOST", "0.0.0.0", "QBULL_TOKEN", "t0ken-of-the-test"), Map.of());

        assertThat(settings.web().http().host()).isEqualTo("0.0.0.0");
        assertThat(settings.toString()).doesNotContain("t0ken");
    }

    @Test
    void a_token_that_can_be_guessed_is_refused() throws CliException {
        assertThatThrownBy(() -> read(Map.of("QBULL_TOKEN", "fifteen-letters"), Map.of()))
                .hasMessageStartingWith("QBULL_TOKEN must have at least 16 characters")
                .hasMessageNotContaining("fifteen");
        assertThat(read(Map.of("QBULL_TOKEN", "sixteen-letters!"), Map.of())
                        .web()
                        .token())
                .isEqualTo("sixteen-letters!");
    }

    @Test
    void hosts_are_names_and_addresses_without_port() throws CliException {
        assertThat(read(Map.of("QBULL_HTTP_HOSTS", "Jobs.Example., 10.0.0.7,[2001:DB8::1]"), Map.of())
                        .web()
                        .hosts())
                .containsExactlyInAnyOrder("jobs.example", "10.0.0.7", "2001:db8:0:0:0:0:0:1");
        for (String wrong : List.of("jobs.example:8080", "http://jobs.example", "*", "a b", "cafe:80")) {
            assertThatThrownBy(() -> read(Map.of("QBULL_HTTP_HOSTS", wrong), Map.of()))
                    .hasMessageContaining("QBULL_HTTP_HOSTS (" + wrong + ")");
        }
    }

    @Test
    void a_cluster_is_several_urls() throws CliException {
        String nodes = "redis://a:1,redis://b:2";

        assertThat(read(Map.of("REDIS_URL", nodes), Map.of()).redisUrl()).isEqualTo(nodes);
    }

    @Test
    void relative_folders_are_resolved_against_the_top_of_the_repository() throws CliException {
        AppSettings settings = read(Map.of("QBULL_DATA", "../x", "QBULL_ROUTES", "/abs"), Map.of());

        assertThat(settings.folders().data()).isEqualTo(Path.of("/srv/x"));
        assertThat(settings.folders().routes()).isEqualTo(Path.of("/abs"));
    }

    @Test
    void the_ways_in_are_http_files_both_or_none() throws CliException {
        assertThat(read(Map.of(), Map.of()).ingest()).containsExactly(Ingest.HTTP, Ingest.FILES);
        assertThat(read(Map.of("QBULL_INGEST", " files"), Map.of()).ingest()).containsExactly(Ingest.FILES);
        assertThat(read(Map.of(), Map.of("qbull.ingest", "none")).ingest()).isEmpty();
        assertThatThrownBy(() -> read(Map.of("QBULL_INGEST", "http,file"), Map.of()))
                .hasMessage("QBULL_INGEST (file) must be http, files, or both separated by a comma; none = neither");
        assertThatThrownBy(() -> read(Map.of("QBULL_INGEST", "none,http"), Map.of()))
                .hasMessageStartingWith("QBULL_INGEST (none) must be ");
    }

    @Test
    void the_shipped_file_says_what_the_defaults_say() throws CliException {
        Path home = Path.of("").toAbsolutePath();
        AppSettings shipped = new SettingsReader(Map.of("QBULL_POD_ID", "p"), ConfigFile.read(home), home).read();

        assertThat(shipped).isEqualTo(new SettingsReader(Map.of("QBULL_POD_ID", "p"), Map.of(), home).read());
    }

    private static AppSettings read(Map<String, String> environment, Map<String, String> file) throws CliException {
        return new SettingsReader(environment, file, HOME).read();
    }

    @Test
    void ranges_are_short() {
        assertThat(ReadyLine.ranges(List.of())).isEqualTo("none");
        assertThat(ReadyLine.ranges(List.of(0, 1, 2, 5, 7, 8))).isEqualTo("0-2,5,7-8");
    }
}

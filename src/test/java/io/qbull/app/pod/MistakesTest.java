package io.qbull.app.pod;

import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.app.exit.CliException;
import io.qbull.app.exit.ExitCode;
import io.qbull.app.settings.AppSettings;
import io.qbull.app.settings.RouteFolder;
import io.qbull.app.settings.SettingsReader;
import io.qbull.config.RedisSettings;
import io.qbull.store.redis.RedisStore;
import io.qbull.testing.Ports;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.regex.Pattern;
import org.apache.camel.main.Main;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Mistakes in settings and routes, each with the whole line that the person sees: place, value, rule, and the name that was meant. The
 * program is wired as {@code up} does it, without a process and without a server, which none of the mistakes gets as far as.
 */
class MistakesTest {
    private static final String REDIS = "redis://127.0.0.1:1";
    private static final Pattern OBJECT = Pattern.compile("@[0-9a-f]{5,}");

    @TempDir
    private Path home;

    @BeforeEach
    void prepare() throws IOException {
        Files.createDirectories(home.resolve("routes"));
    }

    @ParameterizedTest(name = "{0}={1}")
    @CsvSource(delimiter = '|', textBlock = """
            QBULL_LEASE_TLL                   | 5s              | is not a setting; did you mean QBULL_LEASE_TTL?
            QBULL_LEASETTL                    | 5s              | is not a setting; did you mean QBULL_LEASE_TTL?
            qbull_queues                      | A               | is not a setting; did you mean QBULL_QUEUES?
            PARTITION                         | 8               | is not a setting; did you mean PARTITIONS?
            PARTITIONS_PER_PODS               | 8               | is not a setting; did you mean PARTITIONS_PER_POD?
            QBULL_PARTITIONS                  | 8               | is not a setting; did you mean PARTITIONS?
            QBULL_PORT                        | 8080            | is not a setting; did you mean QBULL_HTTP_PORT?
            QBULL_QUEUE                       | A               | is not a setting; did you mean QBULL_QUEUES?
            QBUL_DATA                         | /srv            | is not a setting; did you mean QBULL_DATA?
            QBULL_SHARDS                      | 8               | is not a setting; docs/settings.md lists all settings
            QBULL_HTTP_PORT                   | 80a80           | must be a whole number between 1 and 65535
            QBULL_MANAGEMENT_PORT             | 65536           | must be a whole number between 1 and 65535
            QBULL_MAX_CONNECTIONS             | 0               | must be a whole number between 1 and 1000000
            QBULL_MAX_LINE_LENGTH             | 1MB             | must be a whole number between 1 and 268435456
            QBULL_MAX_JSON_DEPTH              | 1001            | must be a whole number between 1 and 1000
            QBULL_FILES_AT_ONCE               | 65              | must be a whole number between 1 and 64
            QBULL_COALESCE_SIZE               | many            | must be a whole number between 1 and 10000
            PARTITIONS                        | 1.5             | must be a whole number between 1 and 16384
            QBULL_LEASE_TTL                   | 500ms           | must be 1s or more
            QBULL_FILE_QUIET                  | 41666667d       | must be at most 999999999h
            QBULL_COALESCE                    | yes             | must be true or false
            QBULL_COALESCE_TO                 | MESSAGES        | must differ from QBULL_COALESCE_FROM
            QBULL_QUEUES                      | ,               | must name at least one queue
            QBULL_KEY_FIELDS                  | ,               | must name at least one member
            QBULL_HTTP_HOST                   | no.host.invalid | is not a host that this machine knows
            QBULL_HTTP_HEADERS                | Authorization   | is never kept with a job
            QBULL_HTTP_HEADERS                | a b             | is not a header name
            QBULL_DATA                        | /srv/a\\b        | must be a path without \\, which Camel takes for a /
            QBULL_WEBHOOK_URL                 | localhost:9000  | must be an http:// or https:// URL
            CAMEL_COMPONENT_QBULL_MAX_ATTEMPS | 3               | is not an option of the component; did you mean \
            CAMEL_COMPONENT_QBULL_MAX_ATTEMPTS?
            CAMEL_COMPONENT_QBUL_BACKOFF      | 3s              | is not a setting; did you mean CAMEL_COMPONENT_QBULL_BACKOFF?
            CAMEL_COMPONENT_QBULL_MAX_ATTEMPTS | many           | must be a whole number
            CAMEL_COMPONENT_QBULL_MAX_ATTEMPTS | -1             | must be between 0 and 1000000
            CAMEL_COMPONENT_QBULL_RETRY_ON    | com.acme.Gone   | must name classes of exceptions on the class path, or \
            HTTP statuses
            """)
    void a_mistake_in_the_environment_names_the_variable(String variable, String value, String rule) {
        assertThat(refusal(Map.of(variable, value), Map.of(), null)).isEqualTo(variable + " (" + value + ") " + rule);
    }

    @ParameterizedTest(name = "{0}={1}")
    @CsvSource(delimiter = '|', textBlock = """
            qbull.partition                     | 8     | is not a setting; did you mean qbull.partitions?
            qbull.lease-ttl                     | 8s    | is not a setting; did you mean qbull.leaseTtl?
            Qbull.queues                        | A     | is not a setting; did you mean qbull.queues?
            qbul.queues                         | A     | is not a setting; did you mean qbull.queues?
            PARTITIONS                          | 8     | is the name for the environment; in the file it is qbull.partitions
            QBULL_LEASE_TTL                     | 8s    | is the name for the environment; in the file it is qbull.leaseTtl
            qbull.httpPort                      | x     | must be a whole number between 1 and 65535
            qbull.queue.partitions              | 8     | must have the form qbull.queue.NAME.OPTION
            qbull.queue.A.maxAttemps            | 3     | is not an option of a queue; did you mean qbull.queue.A.maxAttempts?
            qbull.queue.A.maxAttempts           | many  | must be a whole number
            qbull.queue.A.leaseTtl              | 500ms | must be at least PT1S
            qbull.queue.A.whenExhausted         | keep  | must be bury or hold-key
            qbull.queue.A.partitions            | 0     | must be between 1 and 16384
            camel.component.qbull.maxAttemps    | 3     | is not an option of the component; did you mean \
            camel.component.qbull.maxAttempts?
            camel.component.qbul.maxAttempts    | 3     | is not a setting; did you mean camel.component.qbull.maxAttempts?
            camel.component.qbull.whenExhausted | keep  | must be bury or hold-key
            camel.component.qbull.backoff       | soon  | must be a number with a unit or ISO 8601: 1500ms, 15s, 2m, 1h, \
            1d, PT10M
            camel.component.qbull.adoptOrphans  | maybe | must be true or false
            camel.component.qbull.batch         | 501   | must be between 1 and 500
            camel.component.qbull.keyHash       | md5   | must be xxh64 or qbull-python
            camel.component.seda.queueSiz       | 4     | is not an option of Camel; did you mean camel.component.seda.queueSize?
            camel.main.shutdownTimeot           | 4     | is not an option of Camel; did you mean camel.main.shutdownTimeout?
            """)
    void a_mistake_in_the_file_names_the_property(String property, String value, String rule) {
        assertThat(refusal(Map.of(), Map.of(property, value), null)).isEqualTo(property + " (" + value + ") " + rule);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            qbull:A?maxAttemps=3           | maxAttemps (3) is not an option of qbull:; did you mean maxAttempts?
            qbull:A?maxAttempts=many       | maxAttempts (many) must be a whole number
            qbull:A?maxAttempts=-1         | maxAttempts (-1) must be between 0 and 1000000
            qbull:A?maxAttempts=3&maxAttempts=4 | maxAttempts ([3, 4]) is given more than once
            qbull:A?whenExhausted=keep     | whenExhausted (keep) must be bury or hold-key
            qbull:A?backoff=soon           | backoff (soon) must be a number with a unit or ISO 8601: 1500ms, 15s, 2m, 1h, \
            1d, PT10M
            qbull:A?backoff=10m            | maxBackoff (PT5M) must be at least backoff (PT10M)
            qbull:A?adoptOrphans=maybe     | adoptOrphans (maybe) must be true or false
            qbull:A?backoffMultiplier=x    | backoffMultiplier (x) must be a number
            qbull:A?partitions=0           | partitions (0) must be between 1 and 16384
            qbull:WHATSAPP?partitions=4    | partitions (4) must be 16 as in the settings; qbull.queue.WHATSAPP.partitions \
            sets it for this queue
            qbull:A?retryOn=com.acme.Gone  | retryOn (com.acme.Gone) must name classes of exceptions on the class path, or \
            HTTP statuses
            qbull:A?headerFilterStrategy=#x | headerFilterStrategy (#x) must name a bean of the type HeaderFilterStrategy: #NAME
            qbull:A?redisUrl=redis://:pw@h | redisUrl (…) is not an option of qbull:; did you mean redisUri?
            qbull:A?redisUri=http://h      | redisUri must be redis://[user:password@]host[:port][/db], rediss://…, \
            redis-sentinel://…#master, or several servers of a cluster separated by commas; user and password percent-encoded
            qbull:A?batch={{my.batch}}     | {{my.batch}} is set neither in config/application.properties nor elsewhere
            qbull:A?batch={{env:NO_SUCH_BATCH}} | {{env:NO_SUCH_BATCH}} needs the environment variable NO_SUCH_BATCH, \
            which is not set
            qbull:A B                      | queue name 'A B' must be 1 to 100 characters of A-Z a-z 0-9 _ . -
            qbul:A                         | there is no component qbul: on the class path; did you mean qbull?
            kafka:A                        | there is no component kafka: on the class path; ./qbull add camel-kafka fetches \
            it if Camel has it
            timer:x?perid=5                | perid (5) is not an option of timer:; did you mean period?
            timer:x?period=soon            | period (soon) must be a whole number
            """)
    void a_mistake_in_an_endpoint_names_file_line_and_route(String uri, String rule) throws IOException {
        Path file = routes("""
                - route:
                    id: orders
                    from:
                      uri: "%s"
                      steps:
                        - log: x
                """.formatted(uri));

        assertThat(refusal(Map.of(), Map.of(), file)).isEqualTo(file + ", line 4, route orders: " + rule);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            too: log:x                | , line 6, column 11: too is not a word of a route here; did you mean to?
            to: log:x?levl=INFO       | , line 6, route orders: levl (INFO) is not an option of log:; did you mean level?
            to: qbull:B?batch=0       | , line 6, route orders: batch (0) must be between 1 and 500
            process:↵ref: nope        | , line 6, route orders: there is no bean nope
            process:↵ref: qbullJobLin | , line 6, route orders: there is no bean qbullJobLin; did you mean qbullJobLine?
            setHeader:↵nam: x         | , line 7, column 20: nam is not a word of a route here; did you mean name?
            setBody:↵simple: ${bo     | , line 6, route orders: expected symbol functionEnd but was eol at location 3 ${bo *
            marshal: {json: {library: Jacksn}} | , line 6, column 37: Jacksn must be one of Fastjson, Gson, Jackson, Jsonb; did you mean Jackson?
            """)
    void a_mistake_in_a_step_names_file_and_line(String step, String place) throws IOException {
        Path file = routes("""
                - route:
                    id: orders
                    from:
                      uri: qbull:A
                      steps:
                        - %s
                """.formatted(step.replace("↵", "\n              ")));

        assertThat(refusal(Map.of(), Map.of(), file)).isEqualTo(file + place);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            ''                         | : the file is empty: a route begins with - route:
            # nothing yet              | : the file is empty: a route begins with - route:
            route: {from: {uri: a:b}}  | , line 1: routes are a list, so that each begins with '- ': - route:
            - rout: {from: {uri: a:b}} | , line 1, column 3: rout is not a word of a route here; did you mean route?
            - route: {from: {steps: []}} | , line 1, column 17: Uri is mandatory
            - beans: [{name: x, type: com.acme.Gone}] | : there is no class com.acme.Gone on the class path; jars of your \
            own belong into ext/
            """)
    void a_mistake_in_a_file_names_the_file(String yaml, String place) throws IOException {
        Path file = routes(yaml);

        assertThat(refusal(Map.of(), Map.of(), file)).isEqualTo(file + place);
    }

    @Test
    void options_that_are_wrong_only_together_are_all_named() {
        Map<String, String> file =
                Map.of("camel.component.qbull.backoff", "9m", "camel.component.qbull.maxBackoff", "8m");

        assertThat(refusal(Map.of(), file, null))
                .isEqualTo("camel.component.qbull.backoff (9m) and camel.component.qbull.maxBackoff (8m): "
                        + "maxBackoff (PT8M) must be at least backoff (PT9M)");
        assertThat(refusal(
                        Map.of("CAMEL_COMPONENT_QBULL_MAX_PARTITIONS_PER_POD", "2", "PARTITIONS_PER_POD", "3"),
                        Map.of(),
                        null))
                .isEqualTo("CAMEL_COMPONENT_QBULL_MAX_PARTITIONS_PER_POD (2) must be at least partitionsPerPod (3)");
    }

    @Test
    void a_variable_that_a_setting_needs_is_named_beside_the_setting() {
        Map<String, String> file = Map.of(
                "camel.beans.shop", "#class:java.util.Properties", "camel.beans.shop.password", "{{env:NO_SUCH_PW}}");

        assertThat(refusal(Map.of(), file, null))
                .isEqualTo("camel.beans.shop.password: {{env:NO_SUCH_PW}} needs the environment variable NO_SUCH_PW,"
                        + " which is not set");
    }

    @Test
    void a_misspelt_secret_is_not_shown() {
        assertThat(refusal(Map.of("QBULL_TOKN", "0123456789abcdef"), Map.of(), null))
                .isEqualTo("QBULL_TOKN (…) is not a setting; did you mean QBULL_TOKEN?");
        assertThat(refusal(Map.of("QBULL_REDIS_URL", "redis://:pw@h"), Map.of(), null))
                .isEqualTo("QBULL_REDIS_URL (…) is not a setting; did you mean REDIS_URL?");
        assertThat(refusal(Map.of("CAMEL_COMPONENT_QBULL_REDIS_URL", "redis://:pw@h"), Map.of(), null))
                .isEqualTo("CAMEL_COMPONENT_QBULL_REDIS_URL (…) is not an option of the component; did you mean "
                        + "CAMEL_COMPONENT_QBULL_REDIS_URI?");
    }

    @Test
    void a_second_route_that_consumes_a_queue_is_named_beside_the_first() throws IOException {
        Path file = routes("""
                - route:
                    id: orders
                    from: {uri: "qbull:A", steps: [{log: x}]}
                - route:
                    id: invoices
                    from: {uri: "qbull:A?maxAttempts=3", steps: [{log: x}]}
                """);

        assertThat(refusal(Map.of("QBULL_POD_ID", "p"), Map.of(), file))
                .isEqualTo(file
                        + ", line 6, route invoices: queue=A pod=p has a consumer in this context already, in route"
                        + " orders; route invoices cannot be another: one route consumes a queue; partitionsPerPod makes it"
                        + " take more");
    }

    private Path routes(String yaml) throws IOException {
        return Files.writeString(home.resolve("routes/orders.camel.yaml"), yaml);
    }

    /** The one line that a start with these settings and routes ends with. */
    private String refusal(Map<String, String> environment, Map<String, String> file, @Nullable Path routes) {
        try {
            if (routes == null) {
                routes("""
                        - route:
                            from: {uri: "qbull:A", steps: [{log: x}]}
                        """);
            }
            Map<String, String> all = new HashMap<>(Map.of("qbull.ingest", "none", "qbull.redisUrl", REDIS));
            all.put("qbull.httpPort", Integer.toString(Ports.free()));
            all.put("qbull.managementPort", Integer.toString(Ports.free()));
            all.putAll(file);
            SettingsReader reader = new SettingsReader(environment, all, home);
            start(reader.read(), reader.camel());
        } catch (CliException e) {
            assertThat(e.exitCode()).isEqualTo(ExitCode.USAGE);
            String message = Objects.requireNonNull(e.getMessage());
            assertThat(message).doesNotContain("\n").doesNotContainPattern(OBJECT);
            return message;
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        return "started";
    }

    private static void start(AppSettings settings, Properties properties) throws CliException {
        RouteFolder.check(settings);
        try (RedisStore store = RedisStore.open(RedisSettings.forLeases(REDIS, Duration.ofSeconds(15)))) {
            Main camel = new Pod(settings, properties).camel(store, settings);
            try {
                camel.start();
            } catch (Exception e) {
                throw StartFailure.of(e, settings.folders(), camel.getCamelContext());
            } finally {
                camel.stop();
            }
        }
    }
}

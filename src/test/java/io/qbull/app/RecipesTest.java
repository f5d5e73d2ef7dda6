package io.qbull.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import io.qbull.app.ext.Libraries;
import io.qbull.testing.CapturedLog;
import io.qbull.testing.LocalHttp;
import io.qbull.testing.RedisExtension;
import io.qbull.testing.Resp;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.catalog.CamelCatalog;
import org.apache.camel.catalog.DefaultCamelCatalog;
import org.apache.camel.catalog.EndpointValidationResult;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.model.ModelCamelContext;
import org.apache.camel.model.ProcessorDefinitionHelper;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.model.ToDefinition;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.apache.camel.tooling.model.BaseOptionModel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The routes of {@code docs/recipes.md}. All are loaded and their options looked up in Camel's catalog; those that need no outside
 * server run, and of those that take from one the steps behind it run.
 */
class RecipesTest extends AppTestSupport {
    @RegisterExtension
    static final RedisExtension REDIS = RedisExtension.shared();

    private static final int MOST_LINES = 26;
    private static final Pattern BLOCK = Pattern.compile("(?s)```yaml\n(.*?)```");
    private static final CamelCatalog CATALOG = new DefaultCamelCatalog();

    @Override
    RedisExtension redis() {
        return REDIS;
    }

    @Override
    String routes() {
        return "ingest-http.camel.yaml";
    }

    /**
     * @param title of the section
     * @param text of the section
     * @param yaml its route
     */
    record Recipe(String title, String text, String yaml) {
        @Override
        public String toString() {
            return title;
        }
    }

    static List<Recipe> recipes() throws IOException {
        List<Recipe> recipes = new ArrayList<>();
        for (String section : Files.readString(Path.of("docs/recipes.md")).split("(?m)^## ", -1)) {
            Matcher block = BLOCK.matcher(section);
            if (block.find()) {
                recipes.add(new Recipe(section.lines().findFirst().orElse(""), section, block.group(1)));
            }
        }
        return recipes;
    }

    @Test
    void there_is_one_for_each_system() throws IOException {
        assertThat(recipes())
                .extracting(Recipe::title)
                .containsExactly(
                        "JMS into a queue",
                        "AMQP 1.0 into a queue",
                        "Kafka into a queue",
                        "Mail (IMAP) into a queue",
                        "A database table into a queue",
                        "A timer into a queue",
                        "A queue into HTTP",
                        "A CSV file, changed, into HTTP",
                        "A queue into HTTP, with the answer in the dead letter",
                        "A queue into JMS",
                        "A queue into a database",
                        "A queue into another queue");
    }

    @ParameterizedTest
    @MethodSource("recipes")
    void a_recipe_is_short_can_be_read_and_names_options_and_components_that_exist(Recipe recipe) throws Exception {
        assertThat(recipe.yaml().lines()).hasSizeLessThanOrEqualTo(MOST_LINES);
        for (String uri : endpoints(recipe.yaml())) {
            String scheme = uri.substring(0, uri.indexOf(':'));
            if (!scheme.equals("qbull")) {
                EndpointValidationResult result = CATALOG.validateEndpointProperties(uri);
                assertThat(result.isSuccess())
                        .as(uri + ": " + result.summaryErrorMessage(false))
                        .isTrue();
                comesWithTheApplicationOrIsAdded(CATALOG.componentModel(scheme).getArtifactId(), recipe);
            }
        }
    }

    private static void comesWithTheApplicationOrIsAdded(String artifact, Recipe recipe) {
        boolean comes = Libraries.ofThisBuild().all().stream()
                .anyMatch(library -> library.name().equals(artifact));
        assertThat(comes || recipe.text().contains("./qbull add " + artifact + "\n"))
                .as(artifact)
                .isTrue();
    }

    /** In a context that does not run, endpoints are only named. */
    private static List<String> endpoints(String yaml) throws Exception {
        List<String> uris = new ArrayList<>();
        try (DefaultCamelContext idle = new DefaultCamelContext()) {
            load(idle, yaml);
            for (RouteDefinition route : ((ModelCamelContext) idle).getRouteDefinitions()) {
                uris.add(route.getInput().getEndpointUri());
                ProcessorDefinitionHelper.filterTypeInOutputs(route.getOutputs(), ToDefinition.class)
                        .forEach(to -> uris.add(to.getEndpointUri()));
            }
        }
        assertThat(uris).hasSizeGreaterThan(1).anyMatch(uri -> uri.startsWith("qbull:"));
        return uris;
    }

    @ParameterizedTest
    @ValueSource(strings = {"JMS into a queue", "AMQP 1.0 into a queue"})
    void a_jms_or_amqp_message_keeps_its_id_and_its_group_is_the_key(String title) throws Exception {
        assertThat(jobOf(title, exchange -> {
                    exchange.getMessage().setHeaders(Map.of("JMSMessageID", "ID:1", "JMSXGroupID", "group"));
                    exchange.getMessage().setBody("hello");
                }))
                .containsEntry("id", "ID:1")
                .containsEntry("key", "group")
                .containsEntry("body", "hello");
    }

    @Test
    void a_kafka_record_is_known_by_its_place_and_committed_when_redis_has_it() throws Exception {
        Commits commits = new Commits();
        Processor last = exchange -> record(exchange, 42, commits, true);

        assertThat(jobOf("Kafka into a queue", exchange -> record(exchange, 41, commits, false)))
                .containsEntry("id", "orders-3-41")
                .containsEntry("key", "k");
        assertThat(commits.made).hasValue(0);
        assertThat(template.send("direct:in", last).getException()).isNull();
        assertThat(commits.made).hasValue(1);
        assertThat(template.send("direct:in", last).getException()).isNull();
        assertThat(jobs("ORDERS", 16)).hasSize(2);
    }

    private static void record(Exchange exchange, long offset, Commits commits, boolean last) {
        Map<String, Object> headers = Map.of(
                "kafka.TOPIC",
                "orders",
                "kafka.PARTITION",
                3,
                "kafka.OFFSET",
                offset,
                "kafka.KEY",
                "k",
                "kafka.LAST_RECORD_BEFORE_COMMIT",
                last,
                "CamelKafkaManualCommit",
                commits);
        assertThat(CATALOG.componentModel("kafka").getEndpointHeaders())
                .extracting(BaseOptionModel::getName)
                .containsAll(headers.keySet());
        exchange.getMessage().setHeaders(headers);
        exchange.getMessage().setBody("value");
    }

    @Test
    void a_mail_is_known_by_its_id_and_its_sender_chooses_no_header() throws Exception {
        Map<String, String> job = jobOf("Mail (IMAP) into a queue", exchange -> {
            exchange.setProperty("CamelMailMessageId", "<1@example.com>");
            exchange.getMessage()
                    .setHeaders(
                            Map.of("From", "a@example.com", "Subject", "s", "CamelQbullJobId", "evil", "X-Spam", "x"));
            exchange.getMessage().setBody("text");
        });

        assertThat(job)
                .containsEntry("id", "mail-<1@example.com>")
                .containsEntry("key", "a@example.com")
                .containsEntry("body", "text");
        assertThat(job.get("h")).contains("Subject").doesNotContain("X-Spam", "evil");
    }

    @Test
    void a_timer_makes_a_job_whose_id_is_the_minute() throws Exception {
        load(context, recipe("A timer into a queue").yaml());

        await().until(() -> !jobs("REPORTS", 16).isEmpty());
        assertThat(jobs("REPORTS", 16).get(0).get("id")).matches("report-[0-9]{12}");
    }

    @Test
    void a_job_is_posted_with_its_id_and_once_for_each_run() throws Exception {
        List<String> calls = new CopyOnWriteArrayList<>();
        AtomicInteger refusals = new AtomicInteger(1);
        HttpServer server = LocalHttp.serve("/orders", call -> {
            calls.add(call.getRequestMethod() + " "
                    + call.getRequestHeaders().getFirst("Idempotency-Key") + " "
                    + new String(call.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            call.getResponseHeaders().set("Retry-After", "1");
            call.sendResponseHeaders(refusals.getAndDecrement() > 0 ? 503 : 204, -1);
            call.close();
        });
        try (CapturedLog log = new CapturedLog()) {
            String yaml = recipe("A queue into HTTP").yaml();
            String address = "http://127.0.0.1:" + server.getAddress().getPort();
            assertThat(yaml).contains("http://localhost:9000");
            load(context, yaml.replace("http://localhost:9000", address));
            template.sendBodyAndHeaders(
                    "qbull:ORDERS", "hello", Map.of("CamelQbullKey", "k", "CamelQbullJobId", "order-1"));

            await().until(() -> !calls.isEmpty());
            assertThat(calls.get(0)).isEqualTo("POST order-1 hello");
            await().until(() -> undone("ORDERS", 16) == 0);
            assertThat(calls).hasSize(2);
            assertThat(log.seen("attempt 1 failed, again in 1 s")).hasSize(1);
        } finally {
            server.stop(0);
        }
    }

    @Test
    void a_refused_job_is_buried_with_the_text_of_the_answer() throws Exception {
        HttpServer server = LocalHttp.serve("/orders", call -> {
            byte[] text = "no such product".getBytes(StandardCharsets.UTF_8);
            call.sendResponseHeaders(422, text.length);
            call.getResponseBody().write(text);
            call.close();
        });
        try {
            String yaml = recipe("A queue into HTTP, with the answer in the dead letter")
                    .yaml();
            String address = "http://127.0.0.1:" + server.getAddress().getPort();
            load(context, yaml.replace("http://localhost:9000", address));
            template.sendBodyAndHeader("qbull:ORDERS", "hello", "CamelQbullKey", "k");
            try (Resp resp = REDIS.server().connect()) {
                await().untilAsserted(() -> assertThat(IntStream.range(0, 16)
                                .mapToObj(p -> resp.list("XRANGE", "{ORDERS:" + p + "}:dead", "-", "+"))
                                .map(Object::toString))
                        .anyMatch(letters -> letters.contains("answered 422, no such product")));
            }
        } finally {
            server.stop(0);
        }
    }

    @Test
    void parts_of_a_job_have_ids_that_stay_when_it_runs_again() throws Exception {
        load(context, recipe("A queue into another queue").yaml());
        for (int run = 0; run < 2; run++) {
            template.sendBodyAndHeaders(
                    "qbull:ORDERS?deduplicationWindow=0",
                    "{\"lines\":[{\"n\":1},{\"n\":2}]}",
                    Map.of("CamelQbullKey", "k", "CamelQbullJobId", "order-1"));
        }

        await().until(() -> jobs("LINES", 16).size() == 2 && undone("ORDERS", 16) == 0);
        assertThat(jobs("LINES", 16)).extracting(job -> job.get("id")).containsExactly("order-1-0", "order-1-1");
        assertThat(jobs("LINES", 16)).extracting(job -> job.get("key")).containsOnly("k");
        assertThat(jobs("LINES", 16)).extracting(job -> job.get("body")).containsExactly("{\"n\":1}", "{\"n\":2}");
    }

    /** The job that the steps of a recipe make of a message. */
    private Map<String, String> jobOf(String title, Processor message) throws Exception {
        String yaml = recipe(title).yaml();
        String direct =
                yaml.replaceFirst("(?m)^      uri: .*\n      parameters:\n(        .*\n)+", "      uri: direct:in\n");
        assertThat(direct).contains("direct:in");
        load(context, direct);
        Exchange exchange = template.send("direct:in", message);
        assertThat(exchange.getException()).isNull();
        List<Map<String, String>> jobs = jobs(title.startsWith("Mail") ? "MAIL" : "ORDERS", 16);
        return jobs.stream()
                .filter(job ->
                        job.getOrDefault("id", "").equals(exchange.getMessage().getHeader("CamelQbullJobId")))
                .findFirst()
                .orElseThrow();
    }

    static Recipe recipe(String title) throws IOException {
        return recipes().stream()
                .filter(recipe -> recipe.title().equals(title))
                .findFirst()
                .orElseThrow();
    }

    static void load(CamelContext into, String yaml) throws Exception {
        PluginHelper.getRoutesLoader(into).loadRoutes(ResourceHelper.fromString("recipe.camel.yaml", yaml));
    }

    /** As Camel's own for Kafka, which a route calls by its name. */
    public static final class Commits {
        private final AtomicInteger made = new AtomicInteger();

        /** Counts. */
        public void commit() {
            made.incrementAndGet();
        }
    }
}

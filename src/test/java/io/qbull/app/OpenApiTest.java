package io.qbull.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.atlassian.oai.validator.OpenApiInteractionValidator;
import com.atlassian.oai.validator.model.Request;
import com.atlassian.oai.validator.model.SimpleRequest;
import com.atlassian.oai.validator.model.SimpleResponse;
import com.atlassian.oai.validator.report.ValidationReport;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.qbull.testing.RedisExtension;
import io.qbull.testing.Resp;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The document under {@code /openapi.json}, and whether the server answers as it says. */
class OpenApiTest extends AppTestSupport {
    @RegisterExtension
    static final RedisExtension REDIS = RedisExtension.shared();

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String PATH = "/queues/WHATSAPP/jobs";
    private static final String NDJSON = "Content-Type: application/x-ndjson";

    @Override
    RedisExtension redis() {
        return REDIS;
    }

    @Override
    String routes() {
        return "ingest-*.camel.yaml";
    }

    @Override
    Map<String, String> settings() {
        return Map.of(
                "qbull.partitions", "4",
                "qbull.maxRequestSize", "1000",
                "qbull.queues", "WHATSAPP,SHORT",
                "qbull.queue.SHORT.maxBacklog", "1");
    }

    @Test
    void the_document_is_served_as_it_is_and_nothing_of_the_request_comes_back() throws IOException {
        RawHttp.Answer answer = get(http, "/openapi.json", "X-Secret: s3cret");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("Content-Type")).isEqualTo("application/json");
        assertThat(answer.head()).doesNotContain("s3cret");
        // Of 3.1 documents the validator checks nothing.
        assertThat(JSON.readTree(answer.body()).get("openapi").asText()).isEqualTo("3.0.3");
        assertThat(post("/openapi.json", "x").status()).isEqualTo(405);
    }

    @Test
    void every_answer_of_the_server_is_one_that_the_document_describes() {
        conforms(202, post(PATH + "?key=k", "x"));
        conforms(202, post(PATH + "?key=k", "x", "Idempotency-Key: a"));
        conforms(202, post(PATH + "?key=k", "x", "Idempotency-Key: a"));
        conforms(202, post(PATH, "{\"key\":\"k\",\"body\":1}\n{\"to\":\"k\"}\n", NDJSON));
        conforms(202, post(PATH + "?key=k&delay=PT1H", "x"));
        conforms(400, post(PATH + "?key=k&delay=soon", "x"));
        conforms(400, post(PATH, "x"));
        conforms(400, post(PATH + "?key=k", "{}", NDJSON));
        conforms(404, post("/queues/NONE/jobs?key=k", "x"));
        conforms(405, get(http, PATH));
        conforms(413, RawHttp.send(http, "POST " + PATH + "?key=k", List.of(), new byte[(1 << 20) + 1]));
        conforms(413, post(PATH, "\n".repeat(1_001), NDJSON));
        conforms(414, get(http, PATH + "?key=" + "k".repeat(20_000)));
        conforms(415, post(PATH + "?key=k", "x", "Content-Type: text/plain; charset=nonsense"));
        conforms(415, post(PATH, "{}", NDJSON + ";charset=latin1"));
        conforms(422, post(PATH, "{\"key\":\"k\",\"body\":1}\n[]\n", NDJSON));
        conforms(202, post("/queues/SHORT/jobs?key=k", "x"));
        conforms(429, post("/queues/SHORT/jobs?key=k", "x"));
        conforms(429, post("/queues/SHORT/jobs", "{\"key\":\"k\",\"body\":1}\n[]\n", NDJSON));
        conforms(431, get(http, PATH, "X: " + "x".repeat(9_000)));
        try (Resp resp = REDIS.server().connect()) {
            resp.call("CONFIG", "SET", "maxmemory", "1");
            try {
                conforms(503, post(PATH + "?key=k", "x"));
                conforms(503, post(PATH, "{\"key\":\"k\",\"body\":1}\n[]\n", NDJSON));
            } finally {
                resp.call("CONFIG", "SET", "maxmemory", "0");
            }
        }
    }

    @Test
    void every_answer_to_a_cancellation_is_one_that_the_document_describes() {
        conforms(202, post(PATH + "?key=k&at=" + Instant.now().plusSeconds(3600), "x", "Idempotency-Key: a"));
        cancelled(204, RawHttp.send(http, "DELETE " + PATH + "/a?key=k", List.of(), new byte[0]));
        cancelled(404, RawHttp.send(http, "DELETE " + PATH + "/a?key=k", List.of(), new byte[0]));
        cancelled(400, RawHttp.send(http, "DELETE " + PATH + "/a", List.of(), new byte[0]));
        cancelled(405, get(http, PATH + "/a?key=k"));
    }

    @Test
    void every_example_is_as_its_schema_says() throws IOException {
        int examples = 0;
        JsonNode answers = JSON.readTree(document()).at("/paths/~1queues~1{queue}~1jobs/post/responses");
        for (Map.Entry<String, JsonNode> answer : answers.properties()) {
            for (Map.Entry<String, JsonNode> content :
                    answer.getValue().get("content").properties()) {
                for (JsonNode example : content.getValue().get("examples")) {
                    SimpleResponse.Builder response = SimpleResponse.Builder.status(Integer.parseInt(answer.getKey()))
                            .withContentType(content.getKey())
                            .withHeader("Retry-After", "1")
                            .withHeader("Allow", "POST")
                            .withBody(example.get("value").toString());
                    assertThat(errors(response.build())).as(example.toString()).isEmpty();
                    examples++;
                }
            }
        }
        assertThat(examples).isGreaterThan(12);
    }

    @Test
    void the_requests_of_the_document_are_valid_and_others_are_not() {
        SimpleRequest.Builder job = SimpleRequest.Builder.post(PATH).withQueryParam("key", "k");

        assertThat(validator().validateRequest(job.withBody("x").build()).getMessages())
                .isEmpty();
        assertThat(validator()
                        .validateRequest(
                                SimpleRequest.Builder.post("/queues/a%20b/jobs").build())
                        .hasErrors())
                .isTrue();
    }

    /** So that a validator that looks at nothing is noticed. */
    @Test
    void what_the_document_does_not_describe_is_found() {
        String job = "{\"id\":\"i\",\"queue\":\"q\",\"partition\":1,\"duplicate\":false}";
        assertThat(errors(json(202, job))).isEmpty();
        assertThat(errors(json(202, job.replace("1", "\"1\"")))).isNotEmpty();
        assertThat(errors(json(202, job.replace("\"queue\":\"q\",", "")))).isNotEmpty();
        assertThat(errors(json(202, job.replace("}", ",\"more\":1}")))).isNotEmpty();
        assertThat(errors(json(400, job))).isNotEmpty();
        assertThat(errors(json(200, job))).isNotEmpty();
        SimpleResponse withoutRetryAfter = SimpleResponse.Builder.status(503)
                .withContentType("application/problem+json")
                .withBody("{\"type\":\"about:blank\",\"title\":\"t\",\"status\":503,\"detail\":\"d\"}")
                .build();
        assertThat(errors(withoutRetryAfter)).isNotEmpty();
    }

    private static SimpleResponse json(int status, String body) {
        return SimpleResponse.Builder.status(status)
                .withContentType("application/json")
                .withBody(body)
                .build();
    }

    private void conforms(int status, RawHttp.Answer answer) {
        conforms(status, answer, PATH, Request.Method.POST);
    }

    private void cancelled(int status, RawHttp.Answer answer) {
        conforms(status, answer, PATH + "/a", Request.Method.DELETE);
    }

    private void conforms(int status, RawHttp.Answer answer, String path, Request.Method method) {
        assertThat(answer.status()).as(answer.toString()).isEqualTo(status);
        SimpleResponse.Builder response = SimpleResponse.Builder.status(status);
        if (!answer.body().isEmpty()) {
            response.withBody(answer.body());
        }
        answer.head().lines().skip(1).forEach(line -> {
            int colon = line.indexOf(':');
            response.withHeader(
                    line.substring(0, colon), line.substring(colon + 1).strip());
        });
        assertThat(validator().validateResponse(path, method, response.build()).getMessages())
                .as(answer.toString())
                .isEmpty();
    }

    private List<ValidationReport.Message> errors(SimpleResponse response) {
        return validator().validateResponse(PATH, Request.Method.POST, response).getMessages();
    }

    private OpenApiInteractionValidator validator() {
        return OpenApiInteractionValidator.createForInlineApiSpecification(document())
                .build();
    }

    private String document() {
        return get(http, "/openapi.json").body();
    }
}

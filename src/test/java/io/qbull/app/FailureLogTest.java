package io.qbull.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.qbull.component.QbullConstants;
import io.qbull.testing.CapturedLog;
import io.qbull.testing.RedisExtension;
import java.util.List;
import java.util.Map;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is logged about a job that fails. */
class FailureLogTest extends AppTestSupport {
    @RegisterExtension
    static final RedisExtension REDIS = RedisExtension.shared();

    private static final String ROUTE = """
            %s
            - route:
                from:
                  uri: qbull:FAILS
                  steps:
                    - to: direct:fails
            - route:
                from:
                  uri: direct:fails
                  steps:
                    - %s
            """;
    private static final String THROW =
            "{throwException: {exceptionType: java.lang.IllegalStateException, message: boom}}";

    @Override
    RedisExtension redis() {
        return REDIS;
    }

    @Override
    String routes() {
        return "ingest-http.camel.yaml";
    }

    @Override
    Map<String, String> settings() {
        return Map.of(
                "qbull.partitions",
                "1",
                "camel.component.qbull.backoff",
                "100ms",
                "camel.component.qbull.maxAttempts",
                "2");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "- onException: {exception: [java.lang.Exception], steps: [{stop: {}}]}",
            })
    void a_retry_and_a_burial_are_one_line_of_ours_each(String head) throws Exception {
        for (String step : List.of(THROW, "{rollback: {message: boom}}")) {
            try (CapturedLog log = new CapturedLog()) {
                bury(ROUTE.formatted(head, step));

                await().until(() -> log.seen("boom").size() >= 2);
                assertThat(log.seen("boom"))
                        .hasSize(2)
                        .allMatch(line ->
                                line.contains("io.qbull") && line.lines().count() == 1);
                assertThat(log.seen("org.apache.camel")).isEmpty();
            }
        }
    }

    @Test
    void what_a_route_wants_to_be_logged_is_logged() throws Exception {
        for (String head : List.of(
                "- onException: {exception: [java.lang.IllegalStateException],"
                        + " redeliveryPolicy: {retriesExhaustedLogLevel: WARN}}",
                "- errorHandler: {defaultErrorHandler: {level: ERROR}}")) {
            try (CapturedLog log = new CapturedLog()) {
                bury(ROUTE.formatted(head, THROW));

                assertThat(log.seen("org.apache.camel")).as(head).anyMatch(line -> line.contains("boom"));
            }
        }
    }

    private void bury(String routes) throws Exception {
        context.getRouteController().stopAllRoutes();
        PluginHelper.getRoutesLoader(context).updateRoutes(ResourceHelper.fromString("fails.camel.yaml", routes));
        int before = dead("FAILS", 1).size();
        template.sendBodyAndHeader("qbull:FAILS", "x", QbullConstants.KEY, "k");
        await().until(() -> dead("FAILS", 1).size() == before + 1);
    }
}

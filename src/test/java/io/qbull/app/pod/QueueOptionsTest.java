package io.qbull.app.pod;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import io.qbull.app.exit.CliException;
import io.qbull.app.settings.AppSettings;
import io.qbull.component.QbullComponent;
import io.qbull.component.QbullEndpoint;
import io.qbull.model.QueueName;
import io.qbull.model.WhenExhausted;
import io.qbull.testing.CapturedLog;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QueueOptionsTest {
    private final DefaultCamelContext context = new DefaultCamelContext();

    @BeforeEach
    void prepare() {
        QbullComponent component = context.getComponent("qbull", QbullComponent.class);
        component.getConfiguration().setRedisUri("redis://127.0.0.1:1");
        component.getConfiguration().setPartitions(16);
    }

    @AfterEach
    void close() throws IOException {
        context.close();
    }

    @Test
    void the_options_of_a_queue_win_over_those_of_a_route() throws CliException {
        register(Map.of("partitions", "64", "backoff", "7s", "whenExhausted", "hold-key", "jobTimeout", "9s"));

        QbullEndpoint endpoint = context.getEndpoint("qbull:A?partitions=4&backoff=1s", QbullEndpoint.class);

        assertThat(endpoint.getConfiguration().getPartitions()).isEqualTo(64);
        assertThat(endpoint.getConfiguration().getBackoff()).isEqualTo(Duration.ofSeconds(7));
        assertThat(endpoint.getConfiguration().getWhenExhausted()).isEqualTo(WhenExhausted.HOLD_KEY);
        assertThat(endpoint.getConfiguration().getJobTimeout()).isEqualTo(Duration.ofSeconds(9));
        assertThat(context.getEndpoint("qbull:B", QbullEndpoint.class)
                        .getConfiguration()
                        .getPartitions())
                .isEqualTo(16);
    }

    @Test
    void a_route_that_wants_other_partitions_than_the_rest_of_the_app_is_refused() throws CliException {
        register(Map.of());

        assertThatThrownBy(() -> context.getEndpoint("qbull:A?partitions=4"))
                .hasStackTraceContaining("partitions (4) must be 16")
                .hasStackTraceContaining("qbull.queue.A.partitions");
        assertThat(context.getEndpoint("qbull:A?partitions=16")).isNotNull();
        assertThat(context.getEndpoint("qbull:NOT-FOR-HTTP?partitions=4")).isNotNull();
    }

    @ParameterizedTest
    @CsvSource({
        "partition, 4",
        "partitions, many",
        "leaseTtl, 500ms",
        "drainTimeout, soon",
        "whenExhausted, keep",
        "retryOn, com.acme.Gone"
    })
    void a_wrong_option_of_a_queue_is_refused(String option, String value) {
        assertThatThrownBy(() -> register(Map.of(option, value)))
                .isInstanceOf(CliException.class)
                .hasMessageContaining("qbull.queue.A")
                .hasMessageContaining(option);
    }

    @Test
    void options_of_a_queue_that_only_a_route_uses_count_and_those_of_no_queue_are_told() throws CliException {
        QueueOptions options = register(
                List.of(new QueueName("ORDERS")),
                Map.of(
                        new QueueName("ROUTED"), Map.of("partitions", "64"),
                        new QueueName("ORDRES"), Map.of("partitions", "64")));

        assertThat(context.getEndpoint("qbull:ROUTED", QbullEndpoint.class)
                        .getConfiguration()
                        .getPartitions())
                .isEqualTo(64);
        try (CapturedLog log = new CapturedLog()) {
            options.reportUnused();
            assertThat(log.warnings()).singleElement(STRING).contains("qbull.queue.ORDRES", "did you mean ORDERS?");
        }
    }

    private void register(Map<String, String> ofA) throws CliException {
        register(List.of(new QueueName("A"), new QueueName("B")), Map.of(new QueueName("A"), ofA));
    }

    private QueueOptions register(List<QueueName> names, Map<QueueName, Map<String, String>> ofQueues)
            throws CliException {
        AppSettings.Queues queues =
                new AppSettings.Queues(names, 16, "4", Duration.ofSeconds(15), Map.of(), ofQueues, Map.of());
        QueueOptions options = new QueueOptions(context, queues);
        options.check();
        context.getCamelContextExtension().registerEndpointCallback(options);
        return options;
    }
}

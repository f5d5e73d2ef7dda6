package io.qbull.component;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Objects;
import org.apache.camel.CamelContext;
import org.apache.camel.RoutesBuilder;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.console.DevConsole;
import org.apache.camel.health.HealthCheck;
import org.apache.camel.health.HealthCheckHelper;
import org.apache.camel.health.HealthCheckRegistry;
import org.apache.camel.impl.health.ConsumersHealthCheckRepository;
import org.apache.camel.impl.health.ProducersHealthCheckRepository;
import org.junit.jupiter.api.Test;

class QbullHealthTest extends QbullTestSupport {
    @Override
    protected CamelContext createCamelContext() throws Exception {
        CamelContext created = super.createCamelContext();
        HealthCheckRegistry registry = Objects.requireNonNull(HealthCheckRegistry.get(created));
        registry.setEnabled(true);
        registry.register(new ConsumersHealthCheckRepository());
        ProducersHealthCheckRepository producers = new ProducersHealthCheckRepository();
        producers.setEnabled(true);
        registry.register(producers);
        return created;
    }

    @Override
    protected RoutesBuilder createRouteBuilder() {
        return new RouteBuilder() {
            @Override
            public void configure() {
                from("qbull:ORDERS").routeId("orders").to("mock:out");
                from("direct:in").to("qbull:ORDERS");
            }
        };
    }

    private HealthCheck.Result consumerHealth() {
        return Objects.requireNonNull(
                        ((QbullConsumer) context.getRoute("orders").getConsumer()).getHealthCheck())
                .call();
    }

    @Test
    void a_consumer_is_up_until_its_node_names_a_problem() {
        assertThat(consumerHealth().getState()).isEqualTo(HealthCheck.State.UP);
        assertThat(consumerHealth().getCheck().getId()).isEqualTo("consumer:qbull-orders");
        assertThat(consumerHealth().getDetails())
                .containsEntry("queue", "ORDERS")
                .containsEntry("owned", 1);

        node().problem = "Redis does not answer";

        assertThat(consumerHealth().getState()).isEqualTo(HealthCheck.State.DOWN);
        assertThat(consumerHealth().getMessage()).contains("Redis does not answer");
        assertThat(HealthCheckHelper.invokeReadiness(context))
                .filteredOn(result -> result.getCheck().getId().contains("orders"))
                .extracting(HealthCheck.Result::getState)
                .containsOnly(HealthCheck.State.DOWN);
        assertThat(HealthCheckHelper.invokeLiveness(context))
                .extracting(HealthCheck.Result::getState)
                .doesNotContain(HealthCheck.State.DOWN);
    }

    @Test
    void a_standstill_with_jobs_that_are_due_makes_the_pod_unready() {
        node().standstill = "partition ORDERS:3 has not moved for 120 s: job J of key K has been running for 120 s";
        node().stalled = true;

        assertThat(consumerHealth().getState()).isEqualTo(HealthCheck.State.DOWN);
        assertThat(consumerHealth().getMessage()).contains(node().standstill);
    }

    @Test
    void a_standstill_without_jobs_that_are_due_is_named_but_leaves_the_check_up() {
        node().standstill = "partition ORDERS:3 has not moved for 120 s: key K is held";

        assertThat(consumerHealth().getState()).isEqualTo(HealthCheck.State.UP);
        assertThat(consumerHealth().getMessage()).contains(node().standstill);
    }

    @Test
    void a_standstill_is_named_beside_a_problem() {
        node().problem = "since 10 s jobs cannot be added to partitions [13]";
        node().standstill = "partition ORDERS:3 has not moved for PT2M: a failed job runs again";

        assertThat(consumerHealth().getState()).isEqualTo(HealthCheck.State.DOWN);
        assertThat(consumerHealth().getMessage()).contains(node().problem + "; " + node().standstill);
    }

    @Test
    void a_default_number_of_partitions_does_not_count_as_given() {
        assertThat(node().identity.partitions()).isEqualTo(16);
        assertThat(node().identity.partitionsGiven()).isFalse();
    }

    @Test
    void a_producer_has_a_check_while_it_runs() throws Exception {
        ProducersHealthCheckRepository producers =
                HealthCheckHelper.getHealthCheckRepository(context, "producers", ProducersHealthCheckRepository.class);
        assertThat(producers.stream()).extracting(HealthCheck::getId).containsExactly("producer:qbull-ORDERS");

        context.stop();

        assertThat(producers.stream()).isEmpty();
    }

    @Test
    void a_check_that_is_switched_off_keeps_no_pod_from_being_ready() throws Exception {
        component.setHealthCheckProducerEnabled(false);
        component.setHealthCheckConsumerEnabled(false);
        context.getRouteController().stopAllRoutes();
        context.getRouteController().startAllRoutes();

        node().problem = "Redis does not answer";
        assertThat(HealthCheckHelper.isResultsUp(HealthCheckHelper.invokeReadiness(context), true))
                .isTrue();
    }

    @Test
    void the_console_shows_queues_as_text_and_as_json() {
        node().problem = "stalled";
        node().standstill = "stands still";
        QbullDevConsole console = new QbullDevConsole();
        console.setCamelContext(context);

        String text = (String) console.call(DevConsole.MediaType.TEXT);
        assertThat(text)
                .contains("queue=ORDERS", "route=orders", "consuming=true", "owned=[3]", "stalled", "stands still");
        assertThat(text).doesNotContain("redis://");

        Map<?, ?> json = (Map<?, ?>) console.call(DevConsole.MediaType.JSON);
        assertThat(json.get("queues")).asString().contains("ORDERS", "owned=[3]", "problem=stalled");
    }
}

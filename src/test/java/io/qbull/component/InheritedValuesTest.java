package io.qbull.component;

import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.model.Due;
import io.qbull.model.NewJob;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.camel.RoutesBuilder;
import org.apache.camel.builder.RouteBuilder;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class InheritedValuesTest extends QbullTestSupport {
    @Override
    protected RoutesBuilder createRouteBuilder() {
        return new RouteBuilder() {
            @Override
            public void configure() {
                from("qbull:SPLIT").split(body().tokenize(",")).to("qbull:B");
                from("qbull:MULTI")
                        .multicast()
                        .parallelProcessing()
                        .to("qbull:B", "qbull:B?batch=1", "seda:b?pollTimeout=50");
                from("seda:b?pollTimeout=50").to("qbull:B");
                from("qbull:CHANGED")
                        .setHeader(QbullConstants.JOB_ID, simple("${header.CamelQbullJobId}-b"))
                        .to("qbull:B");
                from("qbull:LATER")
                        .setHeader(QbullConstants.DELAY, constant("PT10M"))
                        .to("qbull:B");
                from("qbull:STALE")
                        .setHeader(QbullConstants.PARTITION, constant(15))
                        .to("qbull:B");
                from("direct:loop").loop(3).to("qbull:B").end();
                from("direct:chain").to("qbull:B").to("qbull:C");
            }
        };
    }

    private FakeNode node(String queue) {
        return nodes.stream()
                .filter(node -> node.identity.queue().value().equals(queue))
                .findFirst()
                .orElseThrow();
    }

    private List<NewJob> sentToB(int count) {
        Awaitility.await().until(() -> node("B").enqueued.size() == count);
        return node("B").enqueued;
    }

    @Test
    void parts_of_a_consumed_job_are_jobs_of_their_own() {
        FakeNode.Run run = node("SPLIT").deliver("j1", "a,b,c");

        assertEnds(run, "completed");
        assertThat(sentToB(3))
                .extracting(job -> job.id().value())
                .doesNotHaveDuplicates()
                .doesNotContain("j1");
        assertThat(sentToB(3))
                .allMatch(job -> !job.callerId())
                .allMatch(job -> job.key().equals("key-1"));
    }

    @Test
    void copies_of_a_consumed_job_are_jobs_of_their_own() {
        assertEnds(node("MULTI").deliver("j1", "a"), "completed");

        assertThat(sentToB(3))
                .extracting(job -> job.id().value())
                .doesNotHaveDuplicates()
                .doesNotContain("j1");
        assertThat(sentToB(3)).noneMatch(NewJob::callerId);
    }

    @Test
    void a_job_that_the_route_delays_is_delayed() {
        assertEnds(node("LATER").deliver("j2", "a"), "completed");
        assertThat(sentToB(1).get(0).due()).isEqualTo(new Due.In(Duration.ofMinutes(10)));
    }

    @Test
    void an_id_derived_by_the_route_is_the_callers() {
        assertEnds(node("CHANGED").deliver("j1", "a"), "completed");

        assertThat(sentToB(1).get(0).id().value()).isEqualTo("j1-b");
        assertThat(sentToB(1).get(0).callerId()).isTrue();
    }

    @Test
    void the_generated_id_of_one_answer_is_not_used_for_the_next_job() {
        template.sendBodyAndHeader("direct:loop", "x", QbullConstants.KEY, "k");

        assertThat(sentToB(3)).extracting(job -> job.id().value()).doesNotHaveDuplicates();
        assertThat(sentToB(3)).noneMatch(NewJob::callerId);
    }

    @Test
    void the_callers_id_stays_his_through_a_chain() {
        template.sendBodyAndHeaders(
                "direct:chain", "x", Map.of(QbullConstants.KEY, "k", QbullConstants.JOB_ID, "order-7"));

        assertThat(node("B").enqueued.get(0).id().value()).isEqualTo("order-7");
        assertThat(node("C").enqueued.get(0).id().value()).isEqualTo("order-7");
        assertThat(node("C").enqueued.get(0).callerId()).isTrue();
    }
}

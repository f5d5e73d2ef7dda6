package io.qbull.component;

import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.model.Attempts;
import io.qbull.model.Job;
import io.qbull.model.JobId;
import io.qbull.model.StreamId;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.camel.Message;
import org.apache.camel.RoutesBuilder;
import org.apache.camel.builder.RouteBuilder;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;

/** What a route gets of a job. */
class JobMessageTest extends QbullTestSupport {
    private final CompletableFuture<Message> seen = new CompletableFuture<>();

    @Override
    protected RoutesBuilder createRouteBuilder() {
        return new RouteBuilder() {
            @Override
            public void configure() {
                from("qbull:COMPLETE").process(e -> seen.complete(e.getMessage().copy()));
            }
        };
    }

    @Test
    void the_message_tells_all_about_the_job() {
        Job job = new Job(
                new StreamId(1700, 1),
                new JobId("j1"),
                "57320",
                1_700_000_000_123L,
                "hello".getBytes(StandardCharsets.UTF_8),
                "text/plain",
                Map.of("traceparent", "00-1"),
                new Attempts(1, 0, 0, 0));

        assertEnds(node().deliver(job, 2), "completed");

        assertThat(seen.join().getBody()).isInstanceOf(byte[].class);
        assertThat(seen.join().getBody(String.class)).isEqualTo("hello");
        assertThat(seen.join().getHeaders())
                .containsExactlyInAnyOrderEntriesOf(Map.ofEntries(
                        Map.entry("CamelQbullKey", "57320"),
                        Map.entry("CamelQbullJobId", "j1"),
                        Map.entry("CamelQbullQueue", "COMPLETE"),
                        Map.entry("CamelQbullPartition", 3),
                        Map.entry("CamelQbullEpoch", 42L),
                        Map.entry("CamelQbullAttempt", 2),
                        Map.entry("CamelQbullEnqueuedAt", 1_700_000_000_123L),
                        Map.entry("CamelQbullStreamId", "1700-1"),
                        Map.entry("CamelMessageTimestamp", 1_700_000_000_123L),
                        Map.entry("Content-Type", "text/plain"),
                        Map.entry("traceparent", "00-1")));
    }

    @Test
    void headers_from_the_stream_cannot_steer_the_route() {
        Map<String, Object> evil = Map.of(
                "CamelFileName", "x",
                "camelFileName2", "x",
                "CAMELHttpUri", "x",
                "cAmElQbullKey", "evil",
                "CamelQbullEpoch", 1,
                "Org.Apache.Camel.y", "x",
                "content-type", "evil",
                "ok", 1);

        assertEnds(node().deliver(FakeNode.job("j1", "x", evil), 1), "completed");

        assertThat(seen.join().getHeader("CamelQbullKey")).isEqualTo("key-1");
        assertThat(seen.join().getHeader("CamelQbullEpoch")).isEqualTo(42L);
        assertThat(seen.join().getHeaders())
                .containsEntry("ok", 1)
                .doesNotContainKeys("CamelFileName", "camelFileName2", "CAMELHttpUri", "Org.Apache.Camel.y");
    }

    @Test
    void a_foreign_entry_is_a_map() {
        byte[] value = {1, 2};

        assertEnds(node().deliver("1700-1", Map.of("field", value)), "completed");

        assertThat(seen.join().getBody())
                .asInstanceOf(InstanceOfAssertFactories.MAP)
                .containsExactly(Map.entry("field", value));
    }
}

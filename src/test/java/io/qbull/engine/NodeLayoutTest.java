package io.qbull.engine;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.qbull.model.Enqueued;
import io.qbull.model.JobId;
import io.qbull.model.KeyHash;
import io.qbull.model.Layout;
import io.qbull.model.NewJob;
import io.qbull.model.Pauses;
import io.qbull.model.PodId;
import io.qbull.model.QueueName;
import io.qbull.model.SourceId;
import io.qbull.model.StreamId;
import io.qbull.partition.SuspectTurns;
import io.qbull.store.JobLog;
import io.qbull.testing.ManualEventLoop;
import io.qbull.testing.ScriptedStore;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** What a node knows and says of the layout of its queue. */
class NodeLayoutTest {
    private final ScriptedStore store = new ScriptedStore();
    private final ManualEventLoop loop = new ManualEventLoop();
    private final Logger logger = (Logger) LoggerFactory.getLogger(LayoutCache.class);
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();

    @BeforeEach
    void listen() {
        log.start();
        logger.addAppender(log);
    }

    @AfterEach
    void listenNoMore() {
        logger.detachAppender(log);
    }

    @Test
    void a_number_other_than_the_given_one_is_logged_even_after_a_failed_read() {
        QueueNode node = node(true);
        node.layout();
        store.next("createIfAbsent").loseReply();
        node.layout();
        store.next("createIfAbsent").answer(new Layout(1, 3));
        assertThat(said())
                .containsExactly("queue=Q has 3 partitions; the configured 16 are ignored: only a resize changes them");
    }

    @Test
    void nothing_is_logged_if_no_number_was_given() {
        QueueNode node = node(false);
        node.layout();
        store.next("createIfAbsent").answer(new Layout(1, 3));
        assertThat(said()).isEmpty();
    }

    @Test
    void a_node_that_only_routes_hears_of_a_resize_by_looking_now_and_then() {
        QueueNode node = node(false);
        node.layout();
        store.next("createIfAbsent").answer(new Layout(1, 3));
        loop.tick(Duration.ofSeconds(14));
        assertThat(known(node)).isEqualTo(new Layout(1, 3));
        assertThat(store.waiting()).isEmpty();
        loop.tick(Duration.ofSeconds(1));
        assertThat(known(node)).as("it waits for no answer").isEqualTo(new Layout(1, 3));
        assertThat(known(node)).isEqualTo(new Layout(1, 3));
        assertThat(store.waiting()).containsExactly("createIfAbsent");
        store.next("createIfAbsent").answer(new Layout(2, 6));
        assertThat(known(node)).isEqualTo(new Layout(2, 6));
    }

    @Test
    void a_look_that_is_not_answered_is_repeated_when_the_next_is_due() {
        QueueNode node = node(false);
        node.layout();
        store.next("createIfAbsent").answer(new Layout(1, 3));
        for (int look = 0; look < 3; look++) {
            loop.tick(Duration.ofSeconds(15));
            node.layout();
            store.next("createIfAbsent").loseReply();
            assertThat(known(node)).isEqualTo(new Layout(1, 3));
            assertThat(store.waiting()).isEmpty();
        }
    }

    @Test
    void the_producer_adds_by_a_layout_that_another_part_has_read() {
        QueueNode node = node(false);
        CompletionStage<Enqueued> first = enqueue(node, "1");
        store.next("createIfAbsent").answer(new Layout(1, 3));
        loop.run();
        assertThat(store.waiting())
                .as("it is not known whether the queue is drained")
                .doesNotContain("enqueue");
        store.next("pauses").answer(new Pauses("0", List.of()));
        loop.run();
        store.next("enqueue").answer(accepted());
        loop.run();
        assertThat(first).isCompleted();
        node.claim(new SourceId("s"), "file", "inbox");
        store.next("createIfAbsent").answer(new Layout(2, 6));
        loop.run();
        enqueue(node, "2");
        assertThat(store.next("enqueue").argument(0, JobLog.Call.class).layoutVersion())
                .isEqualTo(2);
    }

    private CompletionStage<Enqueued> enqueue(QueueNode node, String id) {
        NewJob job = new NewJob(new JobId(id), false, "key", new byte[0], null, Map.of());
        CompletionStage<Enqueued> added = node.enqueue(job, TestPod.ENQUEUE);
        loop.run();
        return added;
    }

    private static JobLog.Answer accepted() {
        return new JobLog.Answer.Accepted(List.of(new JobLog.Answer.Place(new StreamId(1, 0), false)));
    }

    private static Layout known(QueueNode node) {
        return node.layout().toCompletableFuture().join();
    }

    private QueueNode node(boolean given) {
        return QueueNodes.open(
                new QueueNode.Identity(new QueueName("Q"), new PodId("me"), KeyHash.XXH64, 16, given),
                store,
                loop,
                new SuspectTurns());
    }

    private List<String> said() {
        return log.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
    }
}

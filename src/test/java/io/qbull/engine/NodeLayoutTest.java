package io.qbull.engine;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.qbull.model.KeyHash;
import io.qbull.model.Layout;
import io.qbull.model.PodId;
import io.qbull.model.QueueName;
import io.qbull.partition.SuspectTurns;
import io.qbull.testing.ManualEventLoop;
import io.qbull.testing.ScriptedStore;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** What a node says of a queue that has another number of partitions than was configured. */
class NodeLayoutTest {
    private final ScriptedStore store = new ScriptedStore();
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

    private QueueNode node(boolean given) {
        return QueueNodes.open(
                new QueueNode.Identity(new QueueName("Q"), new PodId("me"), KeyHash.XXH64, 16, given),
                store,
                new ManualEventLoop(),
                new SuspectTurns());
    }

    private List<String> said() {
        return log.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
    }
}

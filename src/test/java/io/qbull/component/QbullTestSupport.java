package io.qbull.component;

import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.config.RedisSettings;
import io.qbull.engine.QueueNode;
import io.qbull.runtime.EventLoop;
import io.qbull.testing.Patience;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.camel.CamelContext;
import org.apache.camel.test.junit5.CamelTestSupport;

/** A Camel context whose component opens {@link FakeNode}s. */
abstract class QbullTestSupport extends CamelTestSupport {

    final List<FakeNode> nodes = new CopyOnWriteArrayList<>();
    final QbullComponent component = new QbullComponent(this::open);

    private QueueNode open(QueueNode.Identity identity, RedisSettings redis, EventLoop loop) {
        FakeNode node = new FakeNode(identity, redis);
        nodes.add(node);
        return node;
    }

    @Override
    protected CamelContext createCamelContext() throws Exception {
        CamelContext created = super.createCamelContext();
        component.getConfiguration().setRedisUri("redis://localhost:6379");
        created.addComponent("qbull", component);
        return created;
    }

    /** The last node that was opened. */
    FakeNode node() {
        return nodes.get(nodes.size() - 1);
    }

    static void assertEnds(FakeNode.Run run, String how) {
        assertThat(run.end).succeedsWithin(Patience.LIMIT).isEqualTo(how);
        assertThat(run.calls).hasValue(1);
    }
}

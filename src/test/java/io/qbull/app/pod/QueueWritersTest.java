package io.qbull.app.pod;

import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.component.QbullComponent;
import io.qbull.model.QueueName;
import io.qbull.testing.RedisExtension;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Writers for files, which are looked for as soon as their route has started. */
@Tag("redis")
class QueueWritersTest {
    @RegisterExtension
    static final RedisExtension REDIS = RedisExtension.shared();

    @Test
    void a_writer_can_be_used_before_the_context_has_started() throws Exception {
        try (DefaultCamelContext context = new DefaultCamelContext()) {
            QbullComponent component = new QbullComponent();
            component.getConfiguration().setRedisUri(REDIS.server().uri());
            component.getConfiguration().setPartitions(1);
            context.addComponent("qbull", component);

            assertThat(new QueueWriters(context).apply(new QueueName("EARLY")).node())
                    .isNotNull();
        }
    }
}

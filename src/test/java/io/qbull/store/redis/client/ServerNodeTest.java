package io.qbull.store.redis.client;

import static io.qbull.testing.Waiting.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.lettuce.core.RedisURI;
import io.qbull.testing.StubRedis;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("redis")
class ServerNodeTest {
    private final StubRedis redis = new StubRedis("first");
    private final Connector connector = new Connector(SharedResources.PROCESS, Duration.ofSeconds(5));
    private final List<String> former = new CopyOnWriteArrayList<>();
    private final ServerNode server =
            new ServerNode(connector, RedisURI.create("127.0.0.1", redis.port()), new ServerNode.Listener() {
                @Override
                public void primaryChanged(String old) {
                    former.add(old);
                }

                @Override
                public void unreachable() {
                    // The commands that fail are not the matter here.
                }
            });

    @AfterEach
    void close() {
        server.close();
        connector.close();
        redis.close();
    }

    @Test
    void a_connection_is_opened_when_it_is_first_used() {
        server.start();
        ServerConnection bulk = get(server.connection(Traffic.BULK));
        assertThat(redis.asked("INFO")).isEqualTo(1);
        ServerConnection leases = get(server.connection(Traffic.LEASES));
        assertThat(leases).isNotSameAs(bulk);
        assertThat(get(server.connection(Traffic.LEASES))).isSameAs(leases);
        assertThat(redis.asked("INFO")).isEqualTo(2);
    }

    @Test
    void when_one_connection_finds_another_process_no_other_stays_with_the_former_one() {
        ServerConnection bulk = get(server.connection(Traffic.BULK));
        redis.runId("second");
        ServerConnection leases = get(server.connection(Traffic.LEASES));
        assertThat(leases.primary()).isEqualTo("second");
        assertThat(former).containsExactly("first");
        await().ignoreExceptions()
                .until(() -> get(server.connection(Traffic.BULK)).primary().equals("second"));
        assertThat(get(server.connection(Traffic.BULK))).isNotSameAs(bulk);
        assertThat(former).as("told once").containsExactly("first");
    }

    @Test
    void a_demotion_that_one_connection_sees_ends_the_leases_on_all() {
        ServerConnection bulk = get(server.connection(Traffic.BULK));
        ServerConnection leases = get(server.connection(Traffic.LEASES));
        assertThat(leases.primary()).isEqualTo(bulk.primary());
        server.demoted(bulk);
        server.demoted(leases);
        for (Traffic traffic : Traffic.values()) {
            await().ignoreExceptions()
                    .until(() -> get(server.connection(traffic)).primary().equals("first+1"));
        }
        assertThat(former)
                .as("told once, and the report of a former connection is void")
                .containsExactly("first");
    }

    @Test
    void a_closed_server_opens_nothing() {
        server.close();
        assertThat(server.connection(Traffic.LEASES).toCompletableFuture()).isCompletedExceptionally();
        assertThat(redis.asked("INFO")).isZero();
    }

    @Test
    void a_server_whose_version_is_no_number_leaves_nobody_waiting() {
        redis.version("99999999999.0");
        assertThatThrownBy(() -> get(server.connection(Traffic.BULK))).hasMessageContaining("99999999999");
        redis.version("7.0.0");
        await().ignoreExceptions()
                .until(() -> get(server.connection(Traffic.BULK)).primary().equals("first"));
    }
}

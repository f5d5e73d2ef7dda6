package io.qbull.store.redis.client;

import static io.qbull.testing.Waiting.failure;
import static io.qbull.testing.Waiting.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.lettuce.core.protocol.CommandType;
import io.qbull.config.RedisSettings;
import io.qbull.testing.StubRedis;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which server is asked for the slot table, and when, with two servers that disagree. */
class ServerTopologyTest {
    private static final Request COMMAND = Request.of(CommandType.GET, "key");

    private final StubRedis one = new StubRedis("one");
    private final StubRedis two = new StubRedis("two");
    private Connector connector;
    private ServerTopology servers;
    private CommandRouter calls;

    @BeforeEach
    void open() {
        connector = new Connector(SharedResources.PROCESS, Duration.ofSeconds(5));
        String uri = "redis://127.0.0.1:" + one.port() + ",127.0.0.1:" + two.port();
        servers = new ServerTopology(connector, new RedisSettings(uri, Duration.ofSeconds(5)));
        calls = new CommandRouter(servers, Traffic.BULK, () -> false);
    }

    @AfterEach
    void close() {
        servers.close();
        connector.close();
        one.close();
        two.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-CLUSTERDOWN The cluster is down",
                "-MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
            })
    void when_a_server_is_cut_off_another_one_is_asked_for_the_slot_table(String complaint) {
        assertThat(get(calls.send("key", COMMAND)).text(0)).isEqualTo("OK");
        one.answer(complaint);
        two.answer("+two");
        assertThat(failure(calls.send("key", COMMAND))).hasMessageContaining("DOWN");
        await().ignoreExceptions()
                .until(() -> get(calls.send("key", COMMAND)).text(0).equals("two"));
        assertThat(one.asked("CLUSTER")).as("it was asked only at the start").isEqualTo(1);
    }

    @Test
    void a_closed_server_that_stayed_in_the_slot_table_is_replaced_by_the_next_reload() {
        ServerNode stayed = get(servers.locate("key", Traffic.BULK)).server();
        stayed.close();
        assertThat(failure(servers.locate("key", Traffic.BULK)))
                .hasMessageContaining("no node of the cluster serves the slot");
        await().ignoreExceptions()
                .until(() -> get(calls.send("key", COMMAND)).text(0).equals("OK"));
        assertThat(one.asked("CLUSTER") + two.asked("CLUSTER")).isEqualTo(2);
        assertThat(get(servers.locate("key", Traffic.BULK)).server()).isNotSameAs(stayed);
    }
}

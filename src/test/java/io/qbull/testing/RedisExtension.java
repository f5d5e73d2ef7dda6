package io.qbull.testing;

import io.qbull.config.RedisSettings;
import io.qbull.store.redis.RedisStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A Redis for a test class, as a static field with {@code @RegisterExtension}. It is empty before each test. After each test the stores
 * that the test opened here are closed, and {@link QueueInvariants} must hold.
 *
 * <pre>{@code
 * @RegisterExtension
 * static final RedisExtension REDIS = RedisExtension.shared();
 * }</pre>
 */
public final class RedisExtension
        implements BeforeAllCallback, BeforeEachCallback, AfterEachCallback, AfterAllCallback {
    private final boolean own;
    private final List<AutoCloseable> opened = new ArrayList<>();
    private @Nullable RedisServer server;

    private RedisExtension(boolean own) {
        this.own = own;
    }

    /**
     * @return the server that all test classes of this JVM share; a test must not kill it
     */
    public static RedisExtension shared() {
        return new RedisExtension(false);
    }

    /**
     * @return a child process for this class, which its tests may kill, restart and pause; it runs again before the next test
     */
    public static RedisExtension own() {
        return new RedisExtension(true);
    }

    /**
     * @return the server
     */
    public RedisServer server() {
        if (server == null) {
            throw new IllegalStateException("the extension is a static field with @RegisterExtension");
        }
        return server;
    }

    /**
     * @return settings for the server
     */
    public RedisSettings settings() {
        return server().settings();
    }

    /**
     * @return a new store, closed after the test
     */
    public RedisStore store() {
        return store(settings());
    }

    /**
     * @param settings other settings than {@link #settings()}
     * @return a new store, closed after the test
     */
    public RedisStore store(RedisSettings settings) {
        RedisStore store = RedisStore.open(settings);
        opened.add(store);
        return store;
    }

    /**
     * @param command that Redis refuses
     * @return a new store of a user who may do all else; both end after the test
     */
    public RedisStore storeWithout(String command) {
        Resp resp = server().connect();
        resp.call("ACL", "SETUSER", "limited", "reset", "on", ">pw", "~*", "&*", "+@all", "-" + command);
        RedisStore store =
                store(new RedisSettings("redis://limited:pw@127.0.0.1:" + server().port(), Duration.ofSeconds(1)));
        opened.add(() -> {
            resp.call("ACL", "DELUSER", "limited");
            resp.close();
        });
        return store;
    }

    /**
     * @return a new plain connection, closed after the test
     */
    public Resp resp() {
        Resp resp = server().connect();
        opened.add(resp);
        return resp;
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        server = own ? RedisServer.start() : RedisServer.shared();
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        server().reset();
    }

    @Override
    public void afterEach(ExtensionContext context) throws Exception {
        for (AutoCloseable each : opened) {
            each.close();
        }
        opened.clear();
        if (server().owned()) {
            server().resumeOrStart();
        }
        try (Resp resp = server().connect()) {
            QueueInvariants.check(List.of(resp));
            PodRights.check(resp);
        }
    }

    @Override
    public void afterAll(ExtensionContext context) {
        if (own) {
            server().close();
        }
    }
}

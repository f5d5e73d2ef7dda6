package io.qbull.store.redis.client;

import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisConnectionStateListener;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import io.qbull.model.PartitionId;
import io.qbull.model.QueueName;
import io.qbull.store.LeaseTable.AnnouncementListener;
import io.qbull.store.redis.schema.Keys;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Hears what pods announce, on a connection of its own that is made anew when it is lost. Thread-safe. */
public final class Announcements {
    private static final Logger LOG = LoggerFactory.getLogger(Announcements.class);
    private static final Duration RECONNECT_PAUSE = Duration.ofMillis(500);
    private static final Duration REFUSAL_PAUSE = Duration.ofSeconds(2);

    private final ServerTopology servers;
    private final Connector connector;
    // Guarded by this. No callback runs under the lock.
    private final List<Listening> listeners = new ArrayList<>();
    /** Queues that the server does not let us hear, which was said. */
    private final Set<QueueName> refused = new HashSet<>();
    /** Queues whose subscription has failed and is tried again after a pause. */
    private final Set<QueueName> pausing = new HashSet<>();

    private @Nullable StatefulRedisPubSubConnection<String, String> connection;
    private @Nullable CompletableFuture<Void> connecting;
    private boolean closed;

    /** A queue and who listens; compared by identity. */
    private static final class Listening {
        private final QueueName queue;
        private final AnnouncementListener listener;

        Listening(QueueName queue, AnnouncementListener listener) {
            this.queue = queue;
            this.listener = listener;
        }
    }

    public Announcements(ServerTopology servers, Connector connector) {
        this.servers = servers;
        this.connector = connector;
    }

    /**
     * @return completes when the subscription stands, or could not be made for now: it is then made later
     */
    public CompletionStage<AutoCloseable> listen(QueueName queue, AnnouncementListener listener) {
        Listening listening = new Listening(queue, listener);
        synchronized (this) {
            listeners.add(listening);
        }
        return connected().thenCompose(up -> subscribe(queue)).handle((subscribed, error) -> () -> stop(listening));
    }

    public void close() {
        StatefulRedisPubSubConnection<String, String> open;
        synchronized (this) {
            closed = true;
            listeners.clear();
            open = connection;
            connection = null;
        }
        if (open != null) {
            Futures.ignore(open.closeAsync());
        }
    }

    private CompletionStage<Void> connected() {
        CompletableFuture<Void> mine = new CompletableFuture<>();
        synchronized (this) {
            if (closed || connection != null) {
                return CompletableFuture.completedStage(null);
            }
            if (connecting != null) {
                return connecting;
            }
            connecting = mine;
        }
        servers.route(Keys.QUEUES)
                .thenCompose(route -> connector.openPubSub(route.node().uri()))
                .whenComplete((opened, error) -> {
                    if (error == null) {
                        use(opened, mine);
                    } else {
                        again(mine, error);
                    }
                });
        return mine;
    }

    private void use(StatefulRedisPubSubConnection<String, String> opened, CompletableFuture<Void> mine) {
        boolean late;
        synchronized (this) {
            late = closed;
            connecting = null;
            if (!late) {
                connection = opened;
            }
        }
        if (late) {
            Futures.ignore(opened.closeAsync());
            mine.complete(null);
            return;
        }
        opened.addListener(new RedisPubSubAdapter<>() {
            @Override
            public void message(String channel, String message) {
                heard(channel, message);
            }
        });
        opened.addListener(new RedisConnectionStateListener() {
            @Override
            public void onRedisDisconnected(RedisChannelHandler<?, ?> gone) {
                lost(opened);
            }
        });
        List<QueueName> queues;
        synchronized (this) {
            queues = listeners.stream().map(each -> each.queue).distinct().toList();
        }
        queues.forEach(this::subscribe);
        mine.complete(null);
        if (!opened.isOpen()) {
            lost(opened);
        }
    }

    private void again(CompletableFuture<Void> mine, Throwable error) {
        synchronized (this) {
            connecting = null;
        }
        LOG.debug("Announcements cannot be heard for now", error);
        mine.complete(null);
        connector.schedule(RECONNECT_PAUSE, this::reconnect);
    }

    private void lost(StatefulRedisPubSubConnection<String, String> gone) {
        synchronized (this) {
            if (connection != gone) {
                return;
            }
            connection = null;
        }
        Futures.ignore(gone.closeAsync());
        connector.schedule(RECONNECT_PAUSE, this::reconnect);
    }

    private void reconnect() {
        boolean wanted;
        synchronized (this) {
            wanted = !closed && !listeners.isEmpty();
        }
        if (wanted) {
            connected();
        }
    }

    private CompletionStage<Void> subscribe(QueueName queue) {
        StatefulRedisPubSubConnection<String, String> current;
        synchronized (this) {
            current = connection;
        }
        if (current == null) {
            return CompletableFuture.completedStage(null);
        }
        CompletableFuture<Void> answered = new CompletableFuture<>();
        Futures.end(current.async().subscribe(Keys.announcements(queue)), (done, error) -> {
            if (error == null) {
                subscribed(queue);
            } else {
                notSubscribed(queue, error);
            }
            answered.complete(null);
        });
        return answered;
    }

    private void subscribed(QueueName queue) {
        boolean news;
        synchronized (this) {
            news = refused.remove(queue);
        }
        if (news) {
            LOG.info("queue={} announcements are heard, hand-overs wait no longer", queue);
        }
    }

    /** The connection may be as good as ever: nothing but another try would mend this. */
    private void notSubscribed(QueueName queue, Throwable error) {
        boolean news;
        boolean first;
        synchronized (this) {
            if (closed) {
                return;
            }
            // That Redis is away is said by those who ask it for more than hints.
            news = error instanceof RedisCommandExecutionException && refused.add(queue);
            first = pausing.add(queue);
        }
        if (news) {
            LOG.warn(
                    "queue={} hand-overs wait for leases to expire: announcements cannot be heard, trying on. {}",
                    queue,
                    RedisErrors.of(error, false).getMessage());
        }
        if (first) {
            connector.schedule(REFUSAL_PAUSE, () -> subscribeAgain(queue));
        }
    }

    private void subscribeAgain(QueueName queue) {
        boolean wanted;
        synchronized (this) {
            pausing.remove(queue);
            wanted = !closed && listeners.stream().anyMatch(each -> each.queue.equals(queue));
            if (!wanted) {
                refused.remove(queue);
            }
        }
        if (wanted) {
            var unused = subscribe(queue);
        }
    }

    private void stop(Listening listening) {
        StatefulRedisPubSubConnection<String, String> current;
        boolean last;
        synchronized (this) {
            listeners.remove(listening);
            last = listeners.stream().noneMatch(each -> each.queue.equals(listening.queue));
            current = connection;
        }
        if (last && current != null) {
            Futures.ignore(current.async().unsubscribe(Keys.announcements(listening.queue)));
        }
    }

    private void heard(String channel, String message) {
        List<Listening> each;
        synchronized (this) {
            each = List.copyOf(listeners);
        }
        for (Listening listening : each) {
            if (channel.equals(Keys.announcements(listening.queue))) {
                tell(listening, message);
            }
        }
    }

    private static void tell(Listening listening, String message) {
        try {
            listening.listener.announced(new PartitionId(listening.queue, Integer.parseInt(message)));
        } catch (RuntimeException e) {
            LOG.warn("queue={} an announcement was not understood", listening.queue, e);
        }
    }
}

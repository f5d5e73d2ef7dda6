package io.qbull.store.redis.client;

import io.lettuce.core.protocol.CommandType;
import io.qbull.model.PartitionId;
import io.qbull.model.StreamId;
import io.qbull.store.StoreException;
import io.qbull.store.WakeUps.Known;
import io.qbull.store.redis.schema.Keys;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection that waits for the first new entry in any of some partitions' streams and inboxes on one server. One blocking read at a time: it ends
 * by an entry, by its time, or by CLIENT UNBLOCK when a stream is added. After any error everybody is woken, since what came
 * meanwhile is not known. Thread-safe.
 */
public final class BlockingReader {
    private static final Logger LOG = LoggerFactory.getLogger(BlockingReader.class);
    private static final Duration RECONNECT_PAUSE = Duration.ofMillis(250);
    private static final Duration FIRST_UNBLOCK_PAUSE = Duration.ofMillis(5);
    private static final Duration LONGEST_UNBLOCK_PAUSE = Duration.ofSeconds(1);

    private final ServerTopology servers;
    private final Connector connector;
    // Guarded by this. No callback runs under the lock.
    private final Map<PartitionId, Watch> watched = new HashMap<>();
    private @Nullable Ear ear;
    private boolean connecting;
    private boolean calling;
    private boolean unblocking;
    private long call;
    private boolean closed;
    private String lastError = "";

    /** What is known, and whom to call about more; compared by identity. */
    private static final class Watch {
        private final Known known;
        private final Runnable wakeUp;

        Watch(Known known, Runnable wakeUp) {
            this.known = known;
            this.wakeUp = wakeUp;
        }
    }

    /** A connection of its own, the client id by which it is unblocked, and the node that it leads to. */
    private record Ear(ServerConnection link, String clientId, ServerNode node) {}

    public BlockingReader(ServerTopology servers, Connector connector) {
        this.servers = servers;
        this.connector = connector;
    }

    public void watch(PartitionId partition, Known known, Runnable wakeUp) {
        synchronized (this) {
            watched.put(partition, new Watch(known, wakeUp));
        }
        proceed();
    }

    public void forget(PartitionId partition) {
        synchronized (this) {
            watched.remove(partition);
        }
    }

    public void close() {
        Ear open;
        synchronized (this) {
            closed = true;
            watched.clear();
            open = ear;
            ear = null;
        }
        if (open != null) {
            open.link().close();
        }
    }

    /** Does the next thing: connect, read, or end a read that does not know of all streams. */
    private void proceed() {
        Ear current;
        Map<PartitionId, Watch> streams;
        long number;
        boolean unblock;
        synchronized (this) {
            if (closed || watched.isEmpty() || connecting) {
                return;
            }
            current = ear;
            streams = new HashMap<>(watched);
            unblock = calling;
            if (current == null) {
                connecting = true;
            } else if (calling && unblocking) {
                return;
            } else if (calling) {
                unblocking = true;
            } else {
                calling = true;
                unblocking = false;
                call++;
            }
            number = call;
        }
        if (current == null) {
            connect(streams.keySet().iterator().next());
        } else if (unblock) {
            unblock(current, number, FIRST_UNBLOCK_PAUSE);
        } else {
            read(current, streams);
        }
    }

    private void connect(PartitionId any) {
        servers.route(Keys.stream(any))
                .thenCompose(route -> connector
                        .open(route.node().uri(), "")
                        .thenCompose(link -> link.send(Request.of(CommandType.CLIENT, "ID"))
                                .handle((id, error) -> {
                                    if (error != null) {
                                        link.close();
                                        throw RedisErrors.of(error, false);
                                    }
                                    return new Ear(link, Long.toString(id.number(0)), route.node());
                                })))
                .whenComplete((opened, error) -> {
                    if (error == null) {
                        connected(opened);
                    } else {
                        again(error);
                    }
                });
    }

    private void connected(Ear opened) {
        boolean late;
        synchronized (this) {
            late = closed;
            connecting = false;
            calling = false;
            if (!late) {
                ear = opened;
            }
        }
        if (late) {
            opened.link().close();
            return;
        }
        proceed();
    }

    private void read(Ear on, Map<PartitionId, Watch> streams) {
        List<String> args =
                new ArrayList<>(List.of("COUNT", "1", "BLOCK", Long.toString(Connector.BLOCK.toMillis()), "STREAMS"));
        List<String> places = new ArrayList<>();
        streams.forEach((partition, watch) -> {
            StreamId stream = watch.known.stream();
            if (stream != null) {
                args.add(Keys.stream(partition));
                places.add(stream.toString());
            }
            args.add(Keys.inbox(partition));
            places.add(watch.known.inbox().toString());
        });
        args.addAll(places);
        Futures.end(on.link().send(Request.of(CommandType.XREAD, args.toArray(String[]::new))), (reply, error) -> {
            if (error == null) {
                heard(reply, streams);
            } else {
                lost(on, error);
            }
        });
    }

    private void heard(Reply reply, Map<PartitionId, Watch> asked) {
        List<String> streams = new ArrayList<>();
        if (!reply.items().isEmpty() && reply.items().get(0) != null) {
            reply.lists().forEach(each -> streams.add(each.text(0)));
        }
        List<Watch> due = new ArrayList<>();
        synchronized (this) {
            calling = false;
            asked.forEach((partition, watch) -> {
                // One that was set anew meanwhile asks from another place; the next read tells.
                boolean rung = streams.contains(Keys.stream(partition)) || streams.contains(Keys.inbox(partition));
                if (rung && watched.get(partition) == watch) {
                    watched.remove(partition);
                    due.add(watch);
                }
            });
        }
        due.forEach(BlockingReader::wake);
        proceed();
    }

    private void lost(Ear on, Throwable error) {
        if (RedisErrors.demotion(error)) {
            Futures.end(on.node().link(), (shared, down) -> {
                if (down == null && shared.process().equals(on.link().process())) {
                    on.node().demoted(shared);
                }
            });
        }
        synchronized (this) {
            if (on.equals(ear)) {
                ear = null;
            }
            calling = false;
            connecting = true;
        }
        on.link().close();
        again(RedisErrors.of(error, false));
    }

    /** Connects anew after a pause; {@code connecting} is set all the while. */
    private void again(Throwable error) {
        Throwable bare = RedisErrors.bare(error);
        String text = RedisErrors.message(bare);
        boolean news;
        synchronized (this) {
            if (closed) {
                return;
            }
            news = !text.equals(lastError);
            lastError = text;
        }
        // That Redis is away is said by those who are woken and ask; nobody else meets what is refused to a bell alone.
        if (news && !(bare instanceof StoreException.Unavailable)) {
            LOG.warn("Waiting for new jobs was interrupted, polling until it works again: {}", text);
        }
        connector.schedule(RECONNECT_PAUSE, () -> {
            List<Watch> waiting;
            synchronized (this) {
                connecting = false;
                waiting = new ArrayList<>(watched.values());
                watched.clear();
            }
            // They look for themselves and watch again, which connects: that is the polling.
            waiting.forEach(BlockingReader::wake);
        });
    }

    /** Ends a blocking read. Repeated until it has ended: the first one may overtake it on its way to the server. */
    private void unblock(Ear on, long number, Duration pause) {
        on.node()
                .link()
                .thenCompose(shared -> {
                    if (!shared.process().equals(on.link().process())) {
                        // The id means another client there.
                        on.link().close();
                        throw RedisErrors.unavailable("the server is another process now");
                    }
                    return shared.send(Request.of(CommandType.CLIENT, "UNBLOCK", on.clientId()));
                })
                .whenComplete((done, error) -> {
                    // A failure is handled like an answer of 0: try again, less often.
                    Duration doubled = pause.multipliedBy(2);
                    Duration next = doubled.compareTo(LONGEST_UNBLOCK_PAUSE) < 0 ? doubled : LONGEST_UNBLOCK_PAUSE;
                    connector.schedule(pause, () -> {
                        if (stillBlocked(number)) {
                            unblock(on, number, next);
                        }
                    });
                });
    }

    private synchronized boolean stillBlocked(long number) {
        return !closed && calling && call == number;
    }

    private static void wake(Watch watch) {
        try {
            watch.wakeUp.run();
        } catch (RuntimeException e) {
            LOG.error("A wake-up failed", e);
        }
    }
}

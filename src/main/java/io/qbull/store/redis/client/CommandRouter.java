package io.qbull.store.redis.client;

import io.lettuce.core.RedisCommandExecutionException;
import io.qbull.model.Lease;
import io.qbull.store.redis.schema.Script;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Sends commands to the server that serves their key. Follows MOVED redirections, and ASK unless the command is about a lease: such a
 * partition rests until its slot has moved. Sends the text of a script that the server does not know. Every future fails with a
 * {@link io.qbull.store.StoreException} only and completes on a thread of the client. Thread-safe.
 */
public final class CommandRouter {
    private static final int MOST_REDIRECTIONS = 5;

    private final ServerTopology topology;
    private final Traffic traffic;
    private final BooleanSupplier closed;

    /**
     * @param topology finds the servers
     * @param traffic which of their connections carries the commands
     * @param closed whether commands fail without being sent, because their sender is closed
     */
    public CommandRouter(ServerTopology topology, Traffic traffic, BooleanSupplier closed) {
        this.topology = topology;
        this.traffic = traffic;
        this.closed = closed;
    }

    /**
     * A reply, and which server gave it.
     *
     * @param reply the reply
     * @param primary the server, as {@link Lease#primary} names it
     */
    public record RoutedReply(Reply reply, String primary) {}

    /**
     * Runs a script that needs no lease.
     *
     * @param keys all in the slot of the first
     * @throws IllegalArgumentException if the script takes another number of keys or arguments
     */
    public CompletionStage<RoutedReply> run(Script script, List<String> keys, List<byte[]> args) {
        return start(script, Request.evalsha(script, keys, args), keys, Bound.TO_NONE);
    }

    /**
     * Runs a script that grants a lease. A server that is still importing the slot of its key grants none: most keys of the partition
     * may be elsewhere, and another server answers for it until the slot has moved.
     *
     * @throws IllegalArgumentException if the script takes another number of keys or arguments
     */
    public CompletionStage<RoutedReply> runSettled(Script script, List<String> keys, List<byte[]> args) {
        return start(script, Request.evalsha(script, keys, args), keys, Bound.TO_THE_SLOT);
    }

    /**
     * Runs a script under a lease. If another primary than the one that granted the lease serves the key now, the reply is
     * {@link Reply#FENCED} and nothing is sent.
     *
     * @throws IllegalArgumentException if the script takes another number of keys or arguments
     */
    public CompletionStage<Reply> runAs(Lease lease, Script script, List<String> keys, List<byte[]> args) {
        return runOn(lease.primary(), script, keys, args);
    }

    /**
     * Runs a script under several leases of one primary; see {@link #runAs}.
     *
     * @throws IllegalArgumentException if the script takes another number of keys or arguments
     */
    public CompletionStage<Reply> runOn(String primary, Script script, List<String> keys, List<byte[]> args) {
        return start(script, Request.evalsha(script, keys, args), keys, new Bound(true, primary))
                .thenApply(RoutedReply::reply);
    }

    /**
     * Sends a plain command to the server that serves {@code key}.
     */
    public CompletionStage<Reply> send(String key, Request request) {
        return start(null, request, List.of(key), Bound.TO_NONE).thenApply(RoutedReply::reply);
    }

    private CompletionStage<RoutedReply> start(
            @Nullable Script script, Request request, List<String> keys, Bound bound) {
        Command command = new Command(script, request, keys, bound, new CompletableFuture<>());
        if (closed.getAsBoolean()) {
            return RedisErrors.failed(RedisErrors.unavailable("the connections to Redis are closed"));
        }
        follow(Futures.attempt(() -> topology.locate(command.key(), traffic)), command, Hop.FIRST);
        return command.result;
    }

    /**
     * Which servers may run a command.
     *
     * @param settled only the server that serves the slot, not one that is still importing it
     * @param primary only this one; null = any
     */
    private record Bound(boolean settled, @Nullable String primary) {
        static final Bound TO_NONE = new Bound(false, null);
        static final Bound TO_THE_SLOT = new Bound(true, null);
    }

    /**
     * A command on its way.
     *
     * @param script to send in full if the server does not know it; null if the command runs no script, or sends it in full
     * @param keys of the command, all in one slot
     * @param bound which servers may run it
     */
    private record Command(
            @Nullable Script script,
            Request request,
            List<String> keys,
            Bound bound,
            CompletableFuture<RoutedReply> result) {
        Command withSource(Script text) {
            return new Command(null, request.withSource(text), keys, bound, result);
        }

        String key() {
            return keys.get(0);
        }

        boolean fencedOn(ServerConnection connection) {
            return bound.primary != null && !bound.primary.equals(connection.primary());
        }
    }

    /**
     * One transmission of a command.
     *
     * @param redirections how many servers have passed it on
     * @param asking whether the server is still importing the slot
     */
    private record Hop(int redirections, boolean asking) {
        static final Hop FIRST = new Hop(0, false);

        Hop next(boolean nowAsking) {
            return new Hop(redirections + 1, nowAsking);
        }
    }

    private void follow(CompletionStage<RoutedConnection> located, Command command, Hop hop) {
        Futures.whenDone(located, command.result, (target, error) -> {
            if (error != null) {
                command.result.completeExceptionally(RedisErrors.of(error, false));
            } else if (command.fencedOn(target.connection())) {
                command.result.complete(
                        new RoutedReply(Reply.FENCED, target.connection().primary()));
            } else {
                transmit(target, command, hop);
            }
        });
    }

    private void transmit(RoutedConnection target, Command command, Hop hop) {
        ServerConnection connection = target.connection();
        CompletableFuture<Reply> sent =
                hop.asking ? connection.sendAsking(command.request) : connection.send(command.request);
        Futures.whenDone(sent, command.result, (reply, error) -> {
            if (error == null) {
                command.result.complete(new RoutedReply(reply, connection.primary()));
            } else {
                refused(target, command, hop, error);
            }
        });
    }

    /** Handles the errors that say where or how else to send the command; any other error ends it. */
    private void refused(RoutedConnection target, Command command, Hop hop, Throwable error) {
        String message = error instanceof RedisCommandExecutionException ? RedisErrors.message(error) : "";
        String[] words = message.split(" ", -1);
        boolean redirected = words.length == 3 && hop.redirections < MOST_REDIRECTIONS;
        Script script = command.script;
        if (words[0].equals("NOSCRIPT") && script != null) {
            // EVAL leaves the script on the server, and NOSCRIPT cannot refuse it.
            transmit(target, command.withSource(script), hop);
        } else if (words[0].equals("MOVED") && redirected) {
            follow(topology.moved(command.key(), target.server(), words[2], traffic), command, hop.next(false));
        } else if (words[0].equals("ASK") && command.bound.settled) {
            // Not fenced: if the move is called off, the lease is still good.
            command.result.completeExceptionally(
                    RedisErrors.unavailable("the slot of " + command.key() + " is being moved to another server"));
        } else if (words[0].equals("ASK") && redirected) {
            follow(topology.importing(target.server(), words[2], traffic), command, hop.next(true));
        } else if (WrongTypes.isCauseOf(error)) {
            WrongTypes.explained(target.connection(), command.keys).thenAccept(command.result::completeExceptionally);
        } else {
            report(target, error);
            command.result.completeExceptionally(RedisErrors.of(error, false));
        }
    }

    private void report(RoutedConnection target, Throwable error) {
        if (RedisErrors.demotion(error)) {
            target.server().demoted(target.connection());
        } else if (RedisErrors.clusterDown(error)) {
            topology.cutOff(target);
        }
    }
}

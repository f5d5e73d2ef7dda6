package io.qbull.store.redis.client;

import io.lettuce.core.RedisCommandExecutionException;
import io.qbull.model.Lease;
import io.qbull.store.redis.schema.Script;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Carries commands to the right server: follows a slot that moves, gives a server the scripts that it lacks. Thread-safe. */
public final class CommandRouter {
    private static final int MOST_HOPS = 5;

    private final ServerTopology servers;

    public CommandRouter(ServerTopology servers) {
        this.servers = servers;
    }

    /**
     * @param reply what came back
     * @param primary what the server is as a granter of leases
     */
    public record Answer(Reply reply, String primary) {}

    /** Runs a script that needs no lease. */
    public CompletionStage<Answer> run(Script script, List<String> keys, List<byte[]> args) {
        return start(new Work(script, Request.evalsha(script, keys, args), keys.get(0), null));
    }

    /** Runs an owner's script; fenced at once if the lease was granted by another primary than the one that serves it now. */
    public CompletionStage<Reply> runAs(Lease lease, Script script, List<String> keys, List<byte[]> args) {
        return runOn(lease.primary(), script, keys, args);
    }

    /** Runs owners' script on one primary, or answers {@link Reply#FENCED} if another one is there. */
    public CompletionStage<Reply> runOn(String primary, Script script, List<String> keys, List<byte[]> args) {
        return start(new Work(script, Request.evalsha(script, keys, args), keys.get(0), primary))
                .thenApply(Answer::reply);
    }

    /** Sends a plain command to the server of {@code key}. */
    public CompletionStage<Reply> send(String key, Request request) {
        return start(new Work(null, request, key, null)).thenApply(Answer::reply);
    }

    private CompletionStage<Answer> start(Work work) {
        CompletableFuture<Answer> result = new CompletableFuture<>();
        follow(servers.route(work.key), work, false, 0, result);
        return result;
    }

    private record Work(
            @Nullable Script script,
            Request request,
            String key,
            @Nullable String primary) {}

    private void follow(
            CompletionStage<RoutedConnection> way,
            Work work,
            boolean asking,
            int hops,
            CompletableFuture<Answer> result) {
        Futures.end(way, (route, error) -> {
            if (error != null) {
                result.completeExceptionally(RedisErrors.of(error, false));
            } else if (work.primary != null && !work.primary.equals(route.link().primary())) {
                result.complete(new Answer(Reply.FENCED, route.link().primary()));
            } else {
                transmit(route, work, work.request, asking, hops, result);
            }
        });
    }

    private void transmit(
            RoutedConnection route,
            Work work,
            Request request,
            boolean asking,
            int hops,
            CompletableFuture<Answer> result) {
        ServerConnection link = route.link();
        Futures.end(asking ? link.sendAsking(request) : link.send(request), (reply, error) -> {
            if (error == null) {
                result.complete(new Answer(reply, link.primary()));
            } else {
                refused(route, work, error, new Attempt(asking, hops), result);
            }
        });
    }

    /** The errors that say where or how else to ask. */
    private void refused(
            RoutedConnection route, Work work, Throwable error, Attempt attempt, CompletableFuture<Answer> result) {
        String message = error instanceof RedisCommandExecutionException ? RedisErrors.message(error) : "";
        String[] words = message.split(" ", -1);
        if (words[0].equals("NOSCRIPT") && work.script != null) {
            // EVAL leaves the script with the server. It cannot be refused in the same way again.
            Work full = new Work(null, work.request.withSource(work.script), work.key, work.primary);
            transmit(route, full, full.request, attempt.asking, attempt.hops, result);
        } else if (words[0].equals("MOVED") && words.length == 3 && attempt.hops < MOST_HOPS) {
            follow(servers.moved(work.key, route.node(), words[2]), work, false, attempt.hops + 1, result);
        } else if (words[0].equals("ASK") && words.length == 3 && attempt.hops < MOST_HOPS) {
            follow(servers.asked(route.node(), words[2]), work, true, attempt.hops + 1, result);
        } else {
            if (RedisErrors.demotion(error)) {
                route.node().demoted(route.link());
            } else if (RedisErrors.clusterDown(error)) {
                servers.doubted(route);
            }
            result.completeExceptionally(RedisErrors.of(error, false));
        }
    }

    private record Attempt(boolean asking, int hops) {}
}

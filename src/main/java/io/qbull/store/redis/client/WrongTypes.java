package io.qbull.store.redis.client;

import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.protocol.CommandType;
import io.qbull.store.StoreException;
import io.qbull.store.redis.schema.Keys;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Finds out which keys of a command have another type than they should, because the server's error does not name them. Stateless. */
final class WrongTypes {
    private WrongTypes() {}

    /** Whether an error reply says that a key has another type than a command expects. */
    static boolean isCauseOf(Throwable error) {
        return error instanceof RedisCommandExecutionException
                && RedisErrors.message(error).contains("WRONGTYPE");
    }

    /**
     * @param connection to the server that refused the command
     * @param keys of the command
     * @return says what a person must do; never fails
     */
    static CompletionStage<StoreException> explained(ServerConnection connection, List<String> keys) {
        List<CompletionStage<String>> types = keys.stream()
                .map(key -> connection.send(Request.of(CommandType.TYPE, key)).thenApply(reply -> reply.text(0)))
                .collect(Collectors.toCollection(ArrayList::new));
        return Futures.all(types).handle((found, error) -> RedisErrors.misconfigured(text(keys, found)));
    }

    private static String text(List<String> keys, @Nullable List<String> types) {
        List<String> wrong = new ArrayList<>();
        // No types if the user may not ask for them, or if the connection is lost.
        for (int i = 0; types != null && i < keys.size(); i++) {
            String should = Keys.type(keys.get(i));
            if (!types.get(i).equals(should) && !types.get(i).equals("none")) {
                wrong.add(keys.get(i) + " is of type " + types.get(i) + " instead of " + should);
            }
        }
        return wrong.isEmpty()
                ? "one of these keys has a wrong type and must be renamed or deleted: " + String.join(", ", keys)
                : String.join(", ", wrong) + "; it must be renamed or deleted";
    }
}

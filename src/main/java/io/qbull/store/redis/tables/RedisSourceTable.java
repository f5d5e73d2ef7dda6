package io.qbull.store.redis.tables;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lettuce.core.protocol.CommandType;
import io.qbull.model.FileClaim;
import io.qbull.model.QueueName;
import io.qbull.model.SourceId;
import io.qbull.store.SourceTable;
import io.qbull.store.redis.client.CommandRouter;
import io.qbull.store.redis.client.RedisErrors;
import io.qbull.store.redis.client.Reply;
import io.qbull.store.redis.client.Request;
import io.qbull.store.redis.schema.Keys;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** File claims in Redis, a hash for each queue. Thread-safe. */
public final class RedisSourceTable implements SourceTable {
    private static final Logger LOG = LoggerFactory.getLogger(RedisSourceTable.class);
    private static final JsonMapper JSON = new JsonMapper();

    private final CommandRouter router;

    public RedisSourceTable(CommandRouter router) {
        this.router = router;
    }

    @Override
    public CompletionStage<FileClaim> claim(QueueName queue, SourceId source, FileClaim claim) {
        String key = Keys.sources(queue);
        return RedisErrors.translate(router.send(key, Request.of(CommandType.HSETNX, key, source.value(), json(claim)))
                .thenCompose(written -> router.send(key, Request.of(CommandType.HMGET, key, source.value())))
                .thenApply(reply -> {
                    String there = reply.textOrNull(0);
                    if (there == null) {
                        throw RedisErrors.unavailable("the claim of file " + source + " was removed meanwhile");
                    }
                    return claim(source, there);
                }));
    }

    @Override
    public CompletionStage<Map<SourceId, FileClaim>> claims(QueueName queue) {
        String key = Keys.sources(queue);
        return RedisErrors.translate(
                router.send(key, Request.of(CommandType.HGETALL, key)).thenApply(RedisSourceTable::claims));
    }

    @Override
    public CompletionStage<Void> remove(QueueName queue, SourceId source) {
        String key = Keys.sources(queue);
        return RedisErrors.translate(router.send(key, Request.of(CommandType.HDEL, key, source.value()))
                .thenApply(reply -> null));
    }

    private static Map<SourceId, FileClaim> claims(Reply hash) {
        Map<SourceId, FileClaim> claims = new TreeMap<>((a, b) -> a.value().compareTo(b.value()));
        for (int i = 0; i + 1 < hash.size(); i += 2) {
            try {
                SourceId source = new SourceId(hash.text(i));
                claims.put(source, claim(source, hash.text(i + 1)));
            } catch (RuntimeException e) {
                LOG.debug("An entry in the reply to {} is not a claim", hash.command(), e);
            }
        }
        return claims;
    }

    private static String json(FileClaim claim) {
        ObjectNode json = JSON.createObjectNode();
        json.put("version", claim.since());
        json.put("file", claim.file());
        json.put("pod", claim.pod());
        json.put("inbox", claim.inbox());
        try {
            return JSON.writeValueAsString(json);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree of strings and numbers cannot be written as JSON", e);
        }
    }

    private static FileClaim claim(SourceId source, String text) {
        try {
            JsonNode json = JSON.readTree(text);
            if (json.path("version").canConvertToInt()) {
                return new FileClaim(
                        json.path("version").intValue(),
                        json.path("file").asText(),
                        json.path("pod").asText(),
                        json.path("inbox").asText());
            }
        } catch (IOException e) {
            // Treated like JSON of another form.
        }
        throw RedisErrors.misconfigured("the claim of file " + source + " cannot be read");
    }
}

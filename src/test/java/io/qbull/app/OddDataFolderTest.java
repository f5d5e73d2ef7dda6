package io.qbull.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.qbull.testing.RedisExtension;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A data folder whose name has all characters that mean something to URIs and placeholders. */
class OddDataFolderTest extends AppTestSupport {
    @RegisterExtension
    static final RedisExtension REDIS = RedisExtension.own();

    @Override
    RedisExtension redis() {
        return REDIS;
    }

    @Override
    String routes() {
        return "ingest-files.camel.yaml";
    }

    @Override
    Map<String, String> settings() {
        return Map.of(
                "qbull.data", data.resolve("50% a?b&c #d +e {{f}} ${g}").toString(),
                "qbull.partitions", "2",
                "qbull.fileQuiet", "1s");
    }

    @Test
    void files_of_an_oddly_named_inbox_become_jobs() throws Exception {
        Path inbox = Path.of(settings().get("qbull.data")).resolve("inbox/WHATSAPP");
        await().until(() -> Files.isDirectory(inbox));

        Files.writeString(inbox.resolve("a.jsonl"), "{\"key\":\"k\",\"body\":\"x\"}\n");

        await().untilAsserted(() -> assertThat(jobs("WHATSAPP", 2)).hasSize(1));
        await().until(() -> Files.exists(inbox.resolve(".done")));
    }
}

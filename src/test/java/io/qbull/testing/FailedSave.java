package io.qbull.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Makes a server refuse writes, and PING, with MISCONF: it cannot save its data, because a folder is in the way. */
public final class FailedSave {
    private FailedSave() {}

    /**
     * @param resp an administrator's connection to a server on this machine
     */
    public static void on(Resp resp) throws IOException {
        List<?> folder = resp.list("CONFIG", "GET", "dir");
        Files.createDirectory(Path.of(String.valueOf(folder.get(1)), "in-the-way.rdb"));
        resp.call("CONFIG", "SET", "dbfilename", "in-the-way.rdb");
        resp.call("CONFIG", "SET", "save", "3600 1000000");
        resp.call("BGSAVE");
        await().until(() -> resp.text("INFO", "persistence").contains("rdb_last_bgsave_status:err"));
        assertThatThrownBy(() -> resp.call("PING")).hasMessageStartingWith("MISCONF");
        assertThat(resp.text("INFO", "server")).contains("redis_version");
    }
}

package io.qbull.app.cli;

import io.qbull.app.exit.CliException;
import io.qbull.app.exit.ExitCode;
import io.qbull.app.redis.Stores;
import io.qbull.app.settings.AppSettings;
import io.qbull.model.QueueName;
import io.qbull.ops.Json;
import io.qbull.ops.status.QueueJson;
import io.qbull.ops.status.Queues;
import io.qbull.ops.status.StatusTable;
import io.qbull.store.Inspector.QueueStatus;
import io.qbull.store.Store;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What {@code qbull status} prints. */
final class StatusReport {
    private final AppSettings settings;
    private final boolean json;

    StatusReport(AppSettings settings, boolean json) {
        this.settings = settings;
        this.json = json;
    }

    /**
     * @param queue null = all
     * @throws CliException if there is no such queue or no Redis
     */
    String of(@Nullable QueueName queue) throws CliException {
        try (Store store = Stores.find(settings)) {
            Queues queues = new Queues(store.inspector());
            return queue == null ? all(Stores.await(queues.all())) : one(queue, Stores.await(queues.one(queue)));
        }
    }

    private String all(List<QueueStatus.Present> queues) {
        if (json) {
            return new String(Json.bytes(Queues.json(queues)), StandardCharsets.UTF_8) + "\n";
        }
        return queues.isEmpty()
                ? "There are no queues yet.\n"
                : queues.stream().map(StatusTable::of).collect(Collectors.joining("\n"));
    }

    private String one(QueueName name, Optional<QueueStatus.Present> found) throws CliException {
        QueueStatus.Present queue = found.orElseThrow(
                () -> new CliException(ExitCode.NOT_FOUND, "There is no queue " + name + " in this Redis"));
        return json
                ? new String(Json.bytes(QueueJson.of(queue)), StandardCharsets.UTF_8) + "\n"
                : StatusTable.of(queue);
    }
}

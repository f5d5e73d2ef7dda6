package io.qbull.store.redis.tables;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;

/** Names the users of a store, so that two that register as the same pod can be told apart, by people too. */
final class ProcessName {
    private static final Path LINUX = Path.of("/proc/sys/kernel/hostname");
    private static final int LONGEST = 100;
    private static final int RANDOM = 4;

    private ProcessName() {}

    /** Process, machine and something random, because a process may have several contexts. */
    static String unique() {
        String host = host().replaceAll("[^A-Za-z0-9_.-]", "-");
        return ProcessHandle.current().pid() + "@" + host.substring(0, Math.min(host.length(), LONGEST)) + "#"
                + UUID.randomUUID().toString().substring(0, RANDOM);
    }

    /** Asks no name server, which could take long. */
    private static String host() {
        for (String variable : new String[] {"HOSTNAME", "COMPUTERNAME"}) {
            String value = System.getenv(variable);
            if (value != null && !value.isBlank()) {
                return value;
            }
        }
        try {
            return Files.readString(LINUX).strip();
        } catch (IOException e) {
            return "unknown-host";
        }
    }
}

package io.qbull.app.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.qbull.testing.FailedSave;
import io.qbull.testing.Resp;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** With processes of their own as pods: what is tested is who is left when one of them is gone, however it went. */
@Timeout(180)
@Tag("redis")
class EmbeddedRedisTest {
    /** A server that lives, but has neither port nor pid file yet. */
    private static final String NEVER_LISTENS = """
            bin=$(dirname "$0")
            "$bin/real" --port 0 --unixsocket started --daemonize yes --logfile redis.log
            """;

    @TempDir
    private Path top;

    private final List<Holder> holders = new ArrayList<>();

    @AfterEach
    void leave() throws IOException {
        for (Holder holder : holders) {
            holder.close();
        }
        serverPid().flatMap(ProcessHandle::of).ifPresent(ProcessHandle::destroyForcibly);
        if (Files.isDirectory(folder())) {
            new ServerFolder(folder()).processes().forEach(ProcessHandle::destroyForcibly);
        }
    }

    @Test
    void pods_share_one_server_and_the_last_one_out_stops_it() throws IOException {
        Holder first = join();
        Holder second = join();

        assertThat(second.uri()).isEqualTo(first.uri());
        first.close();
        assertThat(get(second, "a")).isNull();
        second.close();
        assertThat(EmbeddedRedis.find(folder())).isEmpty();
        assertThat(serverPid()).isEmpty();
    }

    @Test
    void pods_that_start_at_once_share_one_server() throws IOException {
        List<Process> processes = List.of(Holder.launch(folder()), Holder.launch(folder()), Holder.launch(folder()));
        for (Process process : processes) {
            holders.add(Holder.await(process));
        }

        assertThat(holders).extracting(Holder::uri).containsOnly(holders.get(0).uri());
    }

    @Test
    void a_killed_pod_leaves_no_lock() throws IOException {
        Holder killed = join();
        Holder last = join();

        killed.kill();
        last.close();

        assertThat(EmbeddedRedis.find(folder())).isEmpty();
    }

    @Test
    void a_clean_stop_loses_nothing() throws IOException {
        Holder first = join();
        set(first, "a", "1");
        first.close();

        assertThat(get(join(), "a")).isEqualTo("1");
    }

    @Test
    void after_a_kill_of_everything_the_next_start_has_the_data() throws IOException {
        Holder first = join();
        set(first, "a", "1");
        first.kill();
        kill();

        Holder second = join();

        assertThat(get(second, "a")).isEqualTo("1");
        assertThat(second.uri()).as("its port was free").isEqualTo(first.uri());
    }

    @Test
    void what_a_killed_server_has_written_of_a_transaction_never_runs() throws IOException {
        Holder first = join();
        set(first, "a", "1");
        first.close();
        Path file = new ServerFolder(folder()).appendOnlyFile();
        long whole = Files.size(file);
        Files.writeString(
                file,
                "*1\r\n$5\r\nMULTI\r\n*3\r\n$3\r\nSET\r\n$1\r\nb\r\n$1\r\n1\r\n*3\r\n$3\r\nSE",
                StandardOpenOption.APPEND);

        Holder second = join();

        assertThat(Files.size(file)).isEqualTo(whole);
        transaction(second, "c", "1");
        second.close();
        Holder third = join();
        assertThat(get(third, "b")).isNull();
        assertThat(get(third, "c")).isEqualTo("1");
        assertThat(get(third, "a")).isEqualTo("1");
    }

    @Test
    void a_file_that_is_damaged_in_its_middle_stays_as_it_is() throws IOException {
        Holder first = join();
        set(first, "a", "1");
        first.close();
        Path file = new ServerFolder(folder()).appendOnlyFile();
        Files.writeString(file, "damage\r\n*1\r\n$5\r\nMULTI\r\n", StandardOpenOption.APPEND);
        byte[] before = Files.readAllBytes(file);

        assertThatThrownBy(() -> EmbeddedRedis.join(folder(), () -> false))
                .isInstanceOf(RedisFailure.class)
                .hasMessageContaining("Bad file format");

        assertThat(Files.readAllBytes(file)).isEqualTo(before);
    }

    @Test
    void a_killed_server_is_started_again_by_one_of_its_pods_at_its_port_and_with_its_data() throws IOException {
        Holder first = join();
        Holder second = join();
        set(first, "a", "1");
        long killed = serverPid().orElseThrow();

        signal(killed, "KILL");

        await().until(() -> serverPid().filter(pid -> pid != killed).isPresent()
                && EmbeddedRedis.find(folder()).equals(Optional.of(first.uri())));
        assertThat(get(second, "a")).isEqualTo("1");
        assertThat(new ServerFolder(folder()).processes()).as("servers").hasSize(1);
        first.close();
        second.close();
        assertThat(serverPid()).isEmpty();
    }

    @Test
    void a_killed_server_whose_port_is_taken_is_started_when_the_port_is_free() throws IOException {
        Holder holder = join();
        ServerSocket other;
        try (FileChannel start = new ServerFolder(folder()).lockFile("start.lock")) {
            start.lock();
            kill();
            other = new ServerSocket(holder.port(), 1, InetAddress.getLoopbackAddress());
        }
        try (other) {
            await().until(() -> Files.readString(folder().resolve("redis.log")).contains("Address already in use"));
        }
        await().until(() -> EmbeddedRedis.find(folder()).equals(Optional.of(holder.uri())));
    }

    @Test
    void a_server_that_all_pods_left_by_a_kill_is_joined_again() throws IOException {
        Holder first = join();
        Optional<Long> server = serverPid();
        first.kill();

        assertThat(join().uri()).isEqualTo(first.uri());
        assertThat(serverPid()).isEqualTo(server);
    }

    @Test
    void a_port_that_another_program_took_is_left_to_it() throws IOException {
        Holder first = join();
        set(first, "a", "1");
        first.close();

        try (ServerSocket other = new ServerSocket(first.port(), 1, InetAddress.getLoopbackAddress())) {
            Holder second = join();

            assertThat(second.port()).isNotEqualTo(other.getLocalPort());
            assertThat(get(second, "a")).isEqualTo("1");
        }
    }

    @Test
    void a_pid_that_another_program_has_by_now_is_ignored() throws IOException {
        Files.createDirectories(folder());
        Files.writeString(folder().resolve("redis.pid"), ProcessHandle.current().pid() + "\n");
        Files.writeString(folder().resolve("port"), "nonsense");

        assertThat(get(join(), "a")).isNull();
    }

    @Test
    void a_pid_that_the_server_of_another_folder_has_by_now_is_ignored() throws IOException {
        Path other = top.resolve("other");
        try (Holder stranger = Holder.start(other)) {
            Files.createDirectories(folder());
            Files.copy(other.resolve("redis.pid"), folder().resolve("redis.pid"));

            Holder holder = join();

            assertThat(holder.port()).isNotEqualTo(stranger.port());
            holder.close();
            assertThat(get(stranger, "a")).isNull();
        }
    }

    @Test
    void a_server_suspended_when_the_last_pod_leaves_stops_when_it_resumes() throws IOException {
        Holder last = join();
        last.kill();
        ProcessHandle server = ProcessHandle.of(serverPid().orElseThrow()).orElseThrow();
        signal(server.pid(), "STOP");
        try {
            assertThatThrownBy(() -> ServerStop.stop(new ServerFolder(folder()), last.port(), Duration.ofMillis(100)))
                    .hasMessageContaining("pid " + server.pid());
        } finally {
            signal(server.pid(), "CONT");
        }
        await().until(() -> serverPid().isEmpty());
        assertThat(EmbeddedRedis.find(folder())).isEmpty();
    }

    @Test
    void a_server_that_its_pid_file_does_not_name_is_not_reported_as_stopped() throws IOException {
        Holder last = join();
        last.kill();
        Path pidFile = folder().resolve("redis.pid");
        String pid = Files.readString(pidFile);
        Files.delete(pidFile);
        try {
            assertThatThrownBy(() -> ServerStop.stop(new ServerFolder(folder()), last.port(), Duration.ofMillis(100)))
                    .hasMessageContaining("redis.pid does not name it");
        } finally {
            Files.writeString(pidFile, pid);
        }
    }

    @Test
    void a_second_server_is_not_started_on_the_files_of_a_silent_one() throws IOException {
        Holder first = join();
        long pid = serverPid().orElseThrow();
        signal(pid, "STOP");
        try {
            assertThatThrownBy(() -> EmbeddedRedis.join(folder(), () -> false, Duration.ofSeconds(1)))
                    .isInstanceOf(RedisFailure.class)
                    .hasMessageContaining("pid " + pid)
                    .hasMessageContaining("REDIS_URL");
        } finally {
            signal(pid, "CONT");
        }
        assertThat(get(first, "a")).isNull();
    }

    @Test
    void a_machine_that_cannot_run_the_server_gets_a_message() throws IOException, RedisFailure {
        standIn("""
                echo 'error while loading shared libraries: libssl.so.3' >&2
                exit 127
                """);

        assertThatThrownBy(() -> EmbeddedRedis.join(folder(), () -> false))
                .isInstanceOf(RedisFailure.class)
                .hasMessageContaining("libssl.so.3")
                .hasMessageContaining("REDIS_URL");
    }

    @Test
    void a_server_that_does_not_listen_in_time_is_not_left_behind() throws IOException, RedisFailure {
        standIn(NEVER_LISTENS);

        assertThatThrownBy(() -> EmbeddedRedis.join(folder(), () -> false, Duration.ofSeconds(1)))
                .isInstanceOf(RedisFailure.class)
                .hasMessageContaining("does not start");

        assertThat(folder().resolve("redis.log")).content().contains("SIGTERM");
        assertThat(new ServerFolder(folder()).processes()).isEmpty();
    }

    @Test
    void a_stop_ends_the_wait_for_a_server_and_leaves_none_behind() throws IOException, RedisFailure {
        standIn(NEVER_LISTENS);

        assertThatThrownBy(() -> EmbeddedRedis.join(
                        folder(), () -> Files.exists(folder().resolve("started")), Duration.ofDays(1)))
                .isInstanceOf(RedisFailure.class)
                .hasMessageContaining("stop");

        assertThat(new ServerFolder(folder()).processes()).isEmpty();
    }

    @Test
    void a_stop_ends_the_wait_for_another_pod_that_starts_the_server() throws IOException, RedisFailure {
        Path starting = folder().resolve("starting");
        standIn("echo $$ >starting.new && mv starting.new starting\nexec sleep 1000\n");
        Process other = Holder.launch(folder());
        try {
            await().until(() -> Files.exists(starting));

            assertThatThrownBy(() -> EmbeddedRedis.join(folder(), () -> true))
                    .isInstanceOf(RedisFailure.class)
                    .hasMessageContaining("stop");

            assertThat(other.isAlive()).isTrue();
        } finally {
            other.destroyForcibly();
            signal(Long.parseLong(Files.readString(starting).strip()), "KILL");
        }
    }

    @Test
    void the_server_is_reachable_from_this_machine_only_and_refuses_instead_of_evicting() throws IOException {
        try (Resp resp = new Resp(join().port())) {
            assertThat(resp.call("CONFIG", "GET", "bind")).isEqualTo(List.of("bind", "127.0.0.1"));
            assertThat(resp.call("CONFIG", "GET", "maxmemory-policy"))
                    .isEqualTo(List.of("maxmemory-policy", "noeviction"));
            assertThat(resp.call("CONFIG", "GET", "appendonly")).isEqualTo(List.of("appendonly", "yes"));
        }
    }

    @Test
    void a_server_that_cannot_save_its_data_is_found_and_joined() throws IOException {
        Holder holder = join();
        try (Resp resp = new Resp(holder.port())) {
            FailedSave.on(resp);
            assertThat(EmbeddedRedis.find(folder())).contains(holder.uri());
            assertThat(join().uri()).isEqualTo(holder.uri());
            resp.call("CONFIG", "SET", "save", "");
        }
    }

    @Test
    void looking_for_a_server_starts_none() throws IOException {
        assertThat(EmbeddedRedis.find(folder())).isEmpty();
        Holder holder = join();

        assertThat(EmbeddedRedis.find(folder())).contains(holder.uri());
    }

    /** Puts a script in place of the program; the program is beside it as {@code real}. */
    private void standIn(String script) throws IOException, RedisFailure {
        Files.createDirectories(folder());
        Path program = ServerBinary.unpack(folder().resolve("bin"));
        Path broken = Files.writeString(folder().resolve("broken"), "#!/bin/sh\n" + script);
        assertThat(broken.toFile().setExecutable(true)).isTrue();
        Files.copy(program, program.resolveSibling("real"), StandardCopyOption.COPY_ATTRIBUTES);
        Files.move(broken, program, StandardCopyOption.REPLACE_EXISTING);
    }

    private Path folder() {
        return top.resolve("data with blank").resolve("redis");
    }

    private Holder join() throws IOException {
        Holder holder = Holder.start(folder());
        holders.add(holder);
        return holder;
    }

    private Optional<Long> serverPid() throws IOException {
        try {
            return Stream.of(Files.readString(folder().resolve("redis.pid"), StandardCharsets.UTF_8)
                            .strip())
                    .filter(text -> !text.isEmpty())
                    .map(Long::valueOf)
                    .filter(pid -> pid != ProcessHandle.current().pid())
                    .findFirst();
        } catch (NoSuchFileException e) {
            // A server creates its file empty as it starts, and removes it at any moment as it stops.
            return Optional.empty();
        }
    }

    private void kill() throws IOException {
        long pid = serverPid().orElseThrow();
        signal(pid, "KILL");
        await().until(() -> EmbeddedRedis.find(folder()).isEmpty());
    }

    private static void signal(long pid, String name) throws IOException {
        try {
            assertThat(new ProcessBuilder("kill", "-" + name, Long.toString(pid))
                            .start()
                            .waitFor())
                    .isZero();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static @Nullable Object get(Holder holder, String key) {
        try (Resp resp = new Resp(holder.port())) {
            return resp.call("GET", key);
        }
    }

    private static void transaction(Holder holder, String key, String value) throws IOException {
        try (Resp resp = new Resp(holder.port())) {
            resp.call("MULTI");
            resp.call("SET", key, value);
            resp.call("EXEC");
        }
    }

    private static void set(Holder holder, String key, String value) {
        try (Resp resp = new Resp(holder.port())) {
            assertThat(resp.call("SET", key, value)).isEqualTo("OK");
        }
    }
}

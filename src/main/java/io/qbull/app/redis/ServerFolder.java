package io.qbull.app.redis;

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
import java.util.List;
import java.util.Optional;

/** The files of the embedded server, and what they tell about a server that may run there. */
final class ServerFolder {
    private static final Duration REPLY = Duration.ofSeconds(2);
    private final Path folder;

    /**
     * @param folder that exists; {@code CONFIG GET dir} answers its real path
     */
    ServerFolder(Path folder) throws IOException {
        this.folder = folder.toRealPath();
    }

    Path path() {
        return folder;
    }

    Path log() {
        return folder.resolve("redis.log");
    }

    Path appendOnlyFile() {
        return folder.resolve("appendonly.aof");
    }

    Path pidFile() {
        return folder.resolve("redis.pid");
    }

    /** Opens a file that processes lock; the caller closes it. */
    FileChannel lockFile(String name) throws IOException {
        return FileChannel.open(
                folder.resolve(name), StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    }

    private Path portFile() {
        return folder.resolve("port");
    }

    /** The port that the last server used. */
    Optional<Integer> rememberedPort() throws IOException {
        return number(portFile()).filter(port -> port > 0 && port < 65_536).map(Long::intValue);
    }

    void rememberPort(int port) throws IOException {
        Path fresh = folder.resolve("port.new");
        Files.writeString(fresh, port + "\n");
        Files.move(fresh, portFile(), StandardCopyOption.ATOMIC_MOVE);
    }

    /** The folder of its program, which tells it from other servers. */
    Path programs() {
        return folder.resolve("bin");
    }

    /** The pid of a living server of this folder; empty if the file is stale or its pid now belongs to another program. */
    Optional<Long> livingPid() throws IOException {
        return number(pidFile())
                .filter(pid -> ProcessHandle.of(pid).filter(this::runsOurs).isPresent());
    }

    /** All processes that run a program of this folder, including a server that has not written its pid file yet. */
    List<ProcessHandle> processes() {
        return ProcessHandle.allProcesses().filter(this::runsOurs).toList();
    }

    private boolean runsOurs(ProcessHandle process) {
        return process.isAlive()
                && process.info()
                        .command()
                        .filter(command -> Path.of(command).startsWith(programs()))
                        .isPresent();
    }

    /** Whether our server answers at {@code port}. */
    State stateAt(int port) {
        try (AdminSocket socket = AdminSocket.open(port, REPLY)) {
            List<String> dir = socket.call("CONFIG", "GET", "dir");
            boolean ours = dir.size() == 2 && Path.of(dir.get(1)).equals(folder);
            // Not PING: a server that cannot write its data refuses it, and is to be used for reading all the same.
            boolean loading = socket.call("INFO", "persistence").toString().contains("loading:1");
            if (loading) {
                return State.LOADING;
            }
            return ours ? State.OURS : State.FOREIGN;
        } catch (AdminSocket.ErrorReply e) {
            String text = String.valueOf(e.getMessage());
            return text.startsWith("LOADING") ? State.LOADING : State.FOREIGN;
        } catch (IOException e) {
            return State.SILENT;
        }
    }

    /** The remembered port if it is free, else any free port. */
    int freePort() throws IOException {
        Optional<Integer> remembered = rememberedPort();
        if (remembered.isPresent()) {
            try (ServerSocket socket = new ServerSocket(remembered.get(), 1, InetAddress.getLoopbackAddress())) {
                return socket.getLocalPort();
            } catch (IOException e) {
                // Another program has taken it: use any other port.
            }
        }
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** What the server has logged since {@code offset}. */
    String logSince(long offset) throws IOException {
        if (!Files.exists(log())) {
            return "";
        }
        byte[] bytes = Files.readAllBytes(log());
        int from = (int) Math.min(offset, bytes.length);
        return new String(bytes, from, bytes.length - from, StandardCharsets.UTF_8);
    }

    long logLength() throws IOException {
        return Files.exists(log()) ? Files.size(log()) : 0;
    }

    private static Optional<Long> number(Path file) throws IOException {
        try {
            return Optional.of(Long.valueOf(Files.readString(file).strip()));
        } catch (NoSuchFileException | NumberFormatException e) {
            return Optional.empty();
        }
    }

    /** What answers at a port. */
    enum State {
        /** Our server. */
        OURS,
        /** A Redis that is loading its data: ours if the pid file names a living one. */
        LOADING,
        /** Something else. */
        FOREIGN,
        /** Nothing answers, or not in time. */
        SILENT
    }
}

package io.qbull.testing;

import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.Executor;

/** HTTP servers on this machine, for what a test talks to. The caller stops them. */
public final class LocalHttp {
    private LocalHttp() {}

    /**
     * @param path with which the paths of requests begin; all others get 404
     * @param handler of the requests, one at a time
     * @return a running server on a port of its choice
     */
    public static HttpServer serve(String path, HttpHandler handler) {
        return serve(0, path, Runnable::run, handler);
    }

    /**
     * @param port where it listens; 0 = any
     * @param path with which the paths of requests begin; all others get 404
     * @param threads run the handler
     * @param handler of the requests
     * @return a running server
     */
    public static HttpServer serve(int port, String path, Executor threads, HttpHandler handler) {
        try {
            HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
            server.setExecutor(threads);
            server.createContext(path, handler);
            server.start();
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

package io.qbull.app.http;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.util.ReferenceCountUtil;
import io.qbull.ingest.http.Problem;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.net.impl.ConnectionBase;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What the client of one connection sends. After something unclear the connection ends: what follows may be a part of that and is not
 * handled. The client sees the end right behind the answer; what it still sends is taken and dropped for some seconds, since an immediate
 * close would reset the connection before the client has read its answer. Runs on the event loop of the connection.
 */
final class ClientStream extends ChannelInboundHandlerAdapter {
    private static final Problem UNCLEAR_BODY = Problem.of(400, "The body of the request cannot be read.");

    private final HttpConnection connection;
    private int heads;
    private int begun;
    private @Nullable HttpServerRequest current;
    private boolean unclearBody;
    private boolean ending;

    private ClientStream(HttpConnection connection) {
        this.connection = connection;
    }

    /**
     * @param connection new
     */
    static void watch(HttpConnection connection) {
        ChannelPipeline pipeline = channel(connection).pipeline();
        String decoder = pipeline.context(HttpRequestDecoder.class).name();
        pipeline.addAfter(decoder, ClientStream.class.getName(), new ClientStream(connection));
    }

    /** The stream that a request came with; null if the connection is closed, and nobody waits for an answer. */
    static @Nullable ClientStream of(HttpServerRequest request) {
        return channel(request.connection()).pipeline().get(ClientStream.class);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        boolean head = message instanceof HttpRequest;
        if (ending || unclearBody) {
            ReferenceCountUtil.release(message);
        } else if (!head
                && message instanceof HttpObject part
                && part.decoderResult().isFailure()) {
            ReferenceCountUtil.release(message);
            unclearBody();
        } else {
            heads += head ? 1 : 0;
            context.fireChannelRead(message);
        }
    }

    /**
     * Tells that a request has its turn: those of one connection are handled one after another.
     *
     * @param request the next one
     * @return whether it is to be handled
     */
    boolean begins(HttpServerRequest request) {
        begun++;
        current = request;
        if (unclearBody && begun == heads && !ending) {
            end(request, UNCLEAR_BODY);
        }
        return !ending;
    }

    /**
     * Ends the connection.
     *
     * @param request the one that has its turn
     * @param answer if the request has none yet
     */
    void end(HttpServerRequest request, Problem answer) {
        // Before the answer, which gives the next request its turn.
        ending = true;
        HttpServerResponse response = request.response();
        if (!response.headWritten()) {
            answer.answer(response.putHeader("Connection", "close"));
        }
        Channel channel = channel(connection);
        Future<?> late = channel.eventLoop()
                .schedule(() -> connection.close(), BodyTimeout.LINGER.toMillis(), TimeUnit.MILLISECONDS);
        channel.closeFuture().addListener(closed -> late.cancel(false));
        channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(answered -> {
            if (channel instanceof DuplexChannel duplex) {
                var unused = duplex.shutdownOutput();
            }
        });
    }

    /** The body can be that of a request that still waits for its turn. */
    private void unclearBody() {
        unclearBody = true;
        if (begun == heads && current != null) {
            end(current, UNCLEAR_BODY);
        }
    }

    private static Channel channel(HttpConnection connection) {
        return ((ConnectionBase) connection).channel();
    }
}

package io.qbull.store.redis.client;

/**
 * Where a command goes.
 *
 * @param node the server
 * @param link the connection to it
 */
public record RoutedConnection(ServerNode node, ServerConnection link) {}

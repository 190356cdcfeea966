// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {AggregatorV3Interface} from "@chainlink/contracts/src/v0.8/shared/interfaces/AggregatorV3Interface.sol";
import {IPriceGuard} from "../interfaces/IPriceGuard.sol";
import {FeedFault, FeedReading, FeedSource} from "../types/FeedTypes.sol";
import {IPhaseAggregator, IPhasedFeed} from "./IPhasedFeed.sol";

/// @title Reads of price feeds that a hostile or broken feed cannot turn against the reader
/// @notice Every read has a gas limit and takes no more than the words asked for, so that neither a loop nor a long answer
/// consumes the caller's gas. A failed read counts as an answer only when the callee had the whole limit: nobody can make a
/// feed look silent by sending too little gas.
library FeedReader {
    /// @dev A read through a proxy with access control takes about 25 000.
    uint256 private constant READ_GAS = 200_000;
    /// @dev EIP-150: a callee is given at most 63/64 of what is left once the call itself is paid for.
    uint256 private constant KEPT_PART = 64;
    uint256 private constant CALL_GAS = 3_000;
    uint256 private constant ROUND_WORDS = 5;
    uint256 private constant PHASE_SHIFT = 64;
    uint256 private constant PRICE_UNIT = 1e8;

    /// @notice The newest answer, or why it is no price. Does not revert for anything the feed does.
    function tryLatest(FeedSource memory source) internal view returns (FeedReading memory reading) {
        bytes memory data = abi.encodeCall(AggregatorV3Interface.latestRoundData, ());
        (bool ok, uint256[ROUND_WORDS] memory words) = read(address(source.feed), data, ROUND_WORDS);
        (reading.answer, reading.updatedAt) = (int256(words[1]), words[3]);
        if (!ok) reading.fault = FeedFault.UNREADABLE;
        else if (reading.updatedAt > block.timestamp || reading.updatedAt + source.maxAgeSec < block.timestamp) {
            reading.fault = FeedFault.STALE;
        } else (reading.fault, reading.priceE8) = _price(source, words[0], reading.answer);
    }

    /// @notice The newest answer as a price; reverts when it is none.
    function latest(FeedSource memory source) internal view returns (uint64 priceE8, uint40 updatedAt) {
        FeedReading memory reading = tryLatest(source);
        if (reading.fault != FeedFault.NONE) revertFor(source, reading);
        // Not in the future, so it fits.
        return (reading.priceE8, uint40(reading.updatedAt));
    }

    /// @notice Answer and update time of a round; both 0 when the feed reverts or knows no such round.
    function round(FeedSource memory source, uint256 roundId) internal view returns (int256 answer, uint256 updatedAt) {
        bytes memory data = abi.encodeCall(AggregatorV3Interface.getRoundData, (uint80(roundId)));
        (bool ok, uint256[ROUND_WORDS] memory words) = read(address(source.feed), data, ROUND_WORDS);
        if (ok) return (int256(words[1]), words[3]);
    }

    /// @notice Price of a round's answer; reverts when it is none.
    function roundPriceE8(
        FeedSource memory source,
        uint256 roundId,
        int256 answer
    ) internal view returns (uint64 priceE8) {
        FeedReading memory reading;
        reading.answer = answer;
        (reading.fault, priceE8) = _price(source, roundId, answer);
        if (reading.fault != FeedFault.NONE) revertFor(source, reading);
    }

    /// @notice Reverts with the error of a faulty reading.
    function revertFor(FeedSource memory source, FeedReading memory reading) internal pure {
        address feed = address(source.feed);
        if (reading.fault == FeedFault.UNREADABLE) revert IPriceGuard.PriceFeedUnreadable(feed);
        if (reading.fault == FeedFault.STALE) {
            revert IPriceGuard.PriceStale(feed, reading.updatedAt, source.maxAgeSec);
        }
        if (reading.fault == FeedFault.CLAMPED) revert IPriceGuard.PriceAtClamp(feed, reading.answer);
        revert IPriceGuard.PriceImplausible(feed, reading.answer, source.minPriceE8, source.maxPriceE8);
    }

    /// @notice The bounds that the aggregator of a phase enforces on its own answers, in 1e-8 USD; (0, maximum) when it
    /// shows none.
    function clampOf(
        AggregatorV3Interface feed,
        uint256 decimals,
        uint256 phase
    ) internal view returns (uint64 minE8, uint64 maxE8) {
        address aggregator = address(feed);
        if (phase != 0) {
            bytes memory data = abi.encodeCall(IPhasedFeed.phaseAggregators, (uint16(phase)));
            (, uint256[ROUND_WORDS] memory words) = read(address(feed), data, 1);
            aggregator = address(uint160(words[0]));
        }
        (bool hasMin, uint256[ROUND_WORDS] memory least) = read(
            aggregator,
            abi.encodeCall(IPhaseAggregator.minAnswer, ()),
            1
        );
        (bool hasMax, uint256[ROUND_WORDS] memory most) = read(
            aggregator,
            abi.encodeCall(IPhaseAggregator.maxAnswer, ()),
            1
        );
        minE8 = hasMin ? _saturatedE8(int256(least[0]), decimals) : 0;
        maxE8 = hasMax ? _saturatedE8(int256(most[0]), decimals) : type(uint64).max;
    }

    /// @notice Static call with a gas limit that copies `count` words, at most 5, of the answer.
    /// @return ok false when the call failed or answered less; then all words are 0
    function read(
        address target,
        bytes memory data,
        uint256 count
    ) internal view returns (bool ok, uint256[ROUND_WORDS] memory words) {
        uint256 size = count * 32;
        uint256 available = gasleft();
        assembly ("memory-safe") {
            ok := staticcall(READ_GAS, target, add(data, 32), mload(data), words, size)
            ok := and(ok, iszero(lt(returndatasize(), size)))
        }
        if (ok) return (ok, words);
        // By what the callee was offered, not by what it spent: one that gives up early when it has little would pass.
        bool wasStarved = available - available / KEPT_PART < READ_GAS + CALL_GAS;
        if (wasStarved) revert IPriceGuard.PriceGasTooLow(target);
        // A failed call may have written its reason there.
        delete words;
    }

    function _price(
        FeedSource memory source,
        uint256 roundId,
        int256 answer
    ) private view returns (FeedFault fault, uint64 priceE8) {
        // An answer beyond 128 bits is absurd; refusing it first keeps the scaling below from overflowing.
        if (answer <= 0 || answer > int256(uint256(type(uint128).max))) return (FeedFault.IMPLAUSIBLE, 0);
        uint256 scaled = (uint256(answer) * PRICE_UNIT) / 10 ** source.decimals;
        if (scaled < source.minPriceE8 || scaled > source.maxPriceE8) return (FeedFault.IMPLAUSIBLE, 0);
        (uint64 minE8, uint64 maxE8) = (source.clampMinE8, source.clampMaxE8);
        uint256 phase = uint16(roundId >> PHASE_SHIFT);
        // The stored clamps are those of one aggregator; a round of another is held against its own.
        if (phase != source.clampPhase) (minE8, maxE8) = clampOf(source.feed, source.decimals, phase);
        if (scaled <= minE8 || scaled >= maxE8) return (FeedFault.CLAMPED, 0);
        return (FeedFault.NONE, uint64(scaled));
    }

    /// @dev Rounded down as prices are, so that an answer at the bound never counts as inside.
    function _saturatedE8(int256 answer, uint256 decimals) private pure returns (uint64 boundE8) {
        if (answer <= 0) return 0;
        if (answer > int256(uint256(type(uint128).max))) return type(uint64).max;
        uint256 scaled = (uint256(answer) * PRICE_UNIT) / 10 ** decimals;
        return scaled > type(uint64).max ? type(uint64).max : uint64(scaled);
    }
}

// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Test} from "@chainlink/contracts/src/v0.8/vendor/forge-std/src/Test.sol";
import {PriceGuard} from "../../../contracts/feeds/PriceGuard.sol";
import {SettlementOracle} from "../../../contracts/feeds/SettlementOracle.sol";
import {PlimsollAccessManager} from "../../../contracts/governance/PlimsollAccessManager.sol";
import {AggregatorV3Interface, FeedConfig} from "../../../contracts/interfaces/IPriceGuard.sol";
import {PhasedTestFeed} from "../../../contracts/local/PhasedTestFeed.sol";

/// @title One market with a price guard and a settlement oracle; a second source where a test asks for it
abstract contract FeedFixture is Test {
    /// @dev 5 January 2026, 09:00 UTC.
    uint256 internal constant START = 1_767_603_600;
    /// @dev 12 January 2026, 08:00 UTC.
    uint40 internal constant EXPIRY = 1_768_204_800;
    uint64 internal constant SPOT = 60_000e8;
    uint24 internal constant MARKET = 1;
    uint32 internal constant MAX_AGE = 1 hours;
    uint16 internal constant TOLERANCE_BPS = 100;

    address internal stranger = makeAddr("stranger");
    PhasedTestFeed internal feed;
    PhasedTestFeed internal second;
    PriceGuard internal guard;
    SettlementOracle internal settlement;

    function setUp() public virtual {
        vm.warp(START);
        feed = new PhasedTestFeed(8, "BTC / USD", address(this));
        second = new PhasedTestFeed(18, "BTC / USD, other network", address(this));
        // The test contract is admin without delay: it may call everything.
        address authority = address(new PlimsollAccessManager(address(this), 1 days, 1 hours));
        guard = new PriceGuard(authority);
        settlement = new SettlementOracle(authority, guard, MAX_AGE);
        _push(SPOT, START);
        _pushSecond(SPOT, START);
        guard.setFeed(MARKET, _config(address(feed)));
    }

    function _config(address feedAddress) internal pure returns (FeedConfig memory config) {
        config.feed = AggregatorV3Interface(feedAddress);
        (config.maxAgeSec, config.minPriceE8, config.maxPriceE8) = (MAX_AGE, 1e8, 10_000_000e8);
    }

    function _useSecond(address secondAddress, bool isRequired) internal {
        FeedConfig memory config = _config(address(feed));
        config.secondFeed = AggregatorV3Interface(secondAddress);
        (config.secondMaxAgeSec, config.maxDeviationBps) = (2 * MAX_AGE, TOLERANCE_BPS);
        config.secondRequired = isRequired;
        guard.setFeed(MARKET, config);
    }

    function _push(uint256 priceE8, uint256 updatedAt) internal returns (uint80 roundId) {
        return feed.push(int192(int256(priceE8)), uint64(updatedAt));
    }

    function _pushSecond(uint256 priceE8, uint256 updatedAt) internal returns (uint80 roundId) {
        return second.push(int192(int256(priceE8 * 1e10)), uint64(updatedAt));
    }

    function _isFinal() internal view returns (bool isFinal) {
        (, isFinal) = settlement.settlementPrice(MARKET, EXPIRY);
    }
}

// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {AggregatorV3Interface} from "@chainlink/contracts/src/v0.8/shared/interfaces/AggregatorV3Interface.sol";
import {PhasedTestFeed} from "../../../contracts/local/PhasedTestFeed.sol";

/// @title Feed that burns all gas it is given
contract LoopingFeed {
    function decimals() external pure returns (uint8) {
        return 8;
    }

    fallback() external {
        for (uint256 i = 0; ; ++i) {}
    }
}

/// @title Feed that answers like another one, after most of the gas that it may have
contract SlowFeed {
    uint256 private constant WASTE = 150_000;
    AggregatorV3Interface private immutable _FEED;

    constructor(AggregatorV3Interface feed) {
        _FEED = feed;
    }

    function decimals() external view returns (uint8) {
        return _FEED.decimals();
    }

    function latestRoundData() external view returns (uint80, int256, uint256, uint256, uint80) {
        uint256 given = gasleft();
        // With less than that it runs out of gas.
        while (given < WASTE || gasleft() > given - WASTE) {}
        return _FEED.latestRoundData();
    }
}

/// @title Feed that answers like another one, but gives up at once, for little gas, when it is given less than it wants
contract ChoosyFeed {
    uint256 private constant WANTED = 150_000;
    AggregatorV3Interface private immutable _FEED;

    error TooLittleGas();

    constructor(AggregatorV3Interface feed) {
        _FEED = feed;
    }

    function decimals() external view returns (uint8) {
        return _FEED.decimals();
    }

    function latestRoundData() external view returns (uint80, int256, uint256, uint256, uint80) {
        if (gasleft() < WANTED) revert TooLittleGas();
        return _FEED.latestRoundData();
    }
}

/// @title Feed that answers with a hundred kilobytes
contract BombFeed {
    function decimals() external pure returns (uint8) {
        return 8;
    }

    fallback() external {
        assembly ("memory-safe") {
            return(0, 0x19000)
        }
    }
}

/// @title Proxy in front of a feed whose aggregators refuse rounds that never were, as access-controlled ones do, and show
/// neither their newest round nor their bounds
contract StrictProxy {
    PhasedTestFeed private immutable _FEED;

    error NoDataPresent();

    constructor(PhasedTestFeed feed) {
        _FEED = feed;
    }

    function decimals() external view returns (uint8) {
        return _FEED.decimals();
    }

    function latestRoundData() external view returns (uint80, int256, uint256, uint256, uint80) {
        return _FEED.latestRoundData();
    }

    function getRoundData(uint80 roundId) external view returns (uint80, int256, uint256, uint256, uint80) {
        (uint80 id, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 answeredIn) = _FEED.getRoundData(
            roundId
        );
        if (updatedAt == 0) revert NoDataPresent();
        return (id, answer, startedAt, updatedAt, answeredIn);
    }
}

/// @title Uptime feed of a sequencer, every field at will
contract UptimeFeed is AggregatorV3Interface {
    int256 private _status;
    uint256 private _startedAt;
    uint256 private _updatedAt;

    string public constant description = "L2 sequencer uptime";
    uint256 public constant version = 1;
    uint8 public constant decimals = 0;

    function set(int256 status, uint256 startedAt, uint256 updatedAt) external {
        (_status, _startedAt, _updatedAt) = (status, startedAt, updatedAt);
    }

    function latestRoundData() external view returns (uint80, int256, uint256, uint256, uint80) {
        return (1, _status, _startedAt, _updatedAt, 1);
    }

    function getRoundData(uint80 id) external view returns (uint80, int256, uint256, uint256, uint80) {
        return (id, _status, _startedAt, _updatedAt, id);
    }
}

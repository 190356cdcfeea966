// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {AggregatorV3Interface} from "@chainlink/contracts/src/v0.8/shared/interfaces/AggregatorV3Interface.sol";
import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {IPhasedFeed} from "../feeds/IPhasedFeed.sol";
import {TestAggregator} from "./TestAggregator.sol";

/// @title Price feed for local networks, with phases as behind Chainlink's proxies
/// @notice The owner pushes prices with explicit times: a market replayed at accelerated speed needs its own clock. Rounds
/// that do not exist answer with zeros, as on the real proxies.
contract PhasedTestFeed is IPhasedFeed, Ownable {
    uint256 private constant PHASE_SHIFT = 64;

    /// @notice The lists of a batch differ in length.
    error TestFeedLengthMismatch(uint256 answers, uint256 times);

    /// @notice A round was written.
    event RoundPushed(uint80 indexed roundId, int256 answer, uint256 updatedAt);
    /// @notice A new phase with an empty aggregator began.
    event PhaseStarted(uint16 indexed phase, address aggregator);

    uint8 private immutable _DECIMALS;
    /// @inheritdoc AggregatorV3Interface
    string public description;

    /// @inheritdoc IPhasedFeed
    uint16 public phaseId;
    /// @inheritdoc IPhasedFeed
    mapping(uint16 phase => address aggregator) public phaseAggregators;

    constructor(uint8 decimals_, string memory description_, address initialOwner) Ownable(initialOwner) {
        _DECIMALS = decimals_;
        description = description_;
        _startPhase();
    }

    /// @notice Begins a new phase; its first round will be `phase << 64 | 1`. Only the owner.
    function startPhase() external onlyOwner returns (uint16 phase) {
        return _startPhase();
    }

    /// @notice Sets the bounds of the current phase's aggregator. Only the owner.
    function setClamp(int192 minAnswer, int192 maxAnswer) external onlyOwner {
        TestAggregator(phaseAggregators[phaseId]).setClamp(minAnswer, maxAnswer);
    }

    /// @notice Appends a round to the current phase. Only the owner.
    /// @param answer price in `decimals`; any value, so that faulty feeds can be replayed
    /// @param updatedAt update time, seconds
    function push(int192 answer, uint64 updatedAt) external onlyOwner returns (uint80 roundId) {
        return _push(phaseId, answer, updatedAt);
    }

    /// @notice Appends a round to an earlier phase, as a replaced aggregator that goes on reporting. Only the owner.
    function pushTo(uint16 phase, int192 answer, uint64 updatedAt) external onlyOwner returns (uint80 roundId) {
        return _push(phase, answer, updatedAt);
    }

    /// @notice Appends many rounds to the current phase, in order. Only the owner.
    function pushMany(int192[] calldata answers, uint64[] calldata updatedAts) external onlyOwner {
        if (answers.length != updatedAts.length) revert TestFeedLengthMismatch(answers.length, updatedAts.length);
        for (uint256 i = 0; i < answers.length; ++i) {
            _push(phaseId, answers[i], updatedAts[i]);
        }
    }

    /// @inheritdoc AggregatorV3Interface
    function decimals() external view returns (uint8) {
        return _DECIMALS;
    }

    /// @inheritdoc AggregatorV3Interface
    function version() external pure returns (uint256) {
        return 1;
    }

    /// @inheritdoc AggregatorV3Interface
    function latestRoundData() external view returns (uint80, int256, uint256, uint256, uint80) {
        uint256 round = TestAggregator(phaseAggregators[phaseId]).latestRound();
        return getRoundData(_roundId(phaseId, round));
    }

    /// @inheritdoc AggregatorV3Interface
    function getRoundData(
        uint80 roundId
    ) public view returns (uint80 id, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 answeredInRound) {
        address aggregator = phaseAggregators[uint16(roundId >> PHASE_SHIFT)];
        if (aggregator != address(0)) (answer, updatedAt) = TestAggregator(aggregator).roundAt(uint64(roundId));
        return (roundId, answer, updatedAt, updatedAt, roundId);
    }

    function _startPhase() private returns (uint16 phase) {
        phase = ++phaseId;
        address aggregator = address(new TestAggregator());
        phaseAggregators[phase] = aggregator;
        emit PhaseStarted(phase, aggregator);
    }

    function _push(uint16 phase, int192 answer, uint64 updatedAt) private returns (uint80 roundId) {
        roundId = _roundId(phase, TestAggregator(phaseAggregators[phase]).push(answer, updatedAt));
        emit RoundPushed(roundId, answer, updatedAt);
    }

    function _roundId(uint16 phase, uint256 round) private pure returns (uint80 roundId) {
        return uint80((uint256(phase) << PHASE_SHIFT) | round);
    }
}

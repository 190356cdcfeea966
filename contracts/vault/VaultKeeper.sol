// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {AutomationCompatibleInterface} from "@chainlink/contracts/src/v0.8/automation/interfaces/AutomationCompatibleInterface.sol";
import {AggregatorV3Interface} from "@chainlink/contracts/src/v0.8/shared/interfaces/AggregatorV3Interface.sol";
import {IOptionVault} from "../interfaces/IOptionVault.sol";
import {IPositionSource} from "../interfaces/IPositionSource.sol";
import {ISettlementOracle} from "../interfaces/ISettlementOracle.sol";
import {IVaultKeeper} from "../interfaces/IVaultKeeper.sol";
import {SeriesId} from "../libraries/SeriesId.sol";

/// @title Chainlink Automation for flags, settlement prices and settlement
/// @notice Stateless: what a check found is found again, or refused, by the vault when it is done. So a late or false
/// `performData` can do nothing that anyone could not do.
contract VaultKeeper is AutomationCompatibleInterface, IVaultKeeper {
    /// @dev Positions flagged by one call: as many that the vault refuses, for lack of budget, do not hide the next.
    uint256 private constant FLAG_BATCH = 20;
    /// @dev Positions settled by one call: about 2 million gas.
    uint256 private constant SETTLE_BATCH = 50;
    /// @dev Rounds looked back for the one that settles an expiry: a day of rounds a minute.
    uint256 private constant MAX_ROUNDS_BACK = 1_440;
    int256 private constant HEALTHY_WAD = 1e18;

    /// @inheritdoc IVaultKeeper
    IOptionVault public immutable VAULT;
    /// @inheritdoc IVaultKeeper
    address public immutable BENEFICIARY;

    constructor(IOptionVault vault, address beneficiary) {
        if (beneficiary == address(0)) revert KeeperBeneficiaryZero();
        (VAULT, BENEFICIARY) = (vault, beneficiary);
    }

    /// @notice See {IVaultKeeper}: `performData` is an encoded {Job}.
    function performUpkeep(bytes calldata performData) external override {
        Job memory job = abi.decode(performData, (Job));
        if (job.task == Task.FLAG) {
            _flagAll(job.ids);
        } else if (job.task == Task.SETTLE_PRICE) {
            VAULT.SETTLEMENT_ORACLE().settlePrice(job.marketId, job.expiry, job.roundId);
        } else {
            VAULT.settle(job.ids);
        }
    }

    /// @inheritdoc IVaultKeeper
    function collect(address token) external returns (uint256 amount) {
        return VAULT.claim(token, BENEFICIARY);
    }

    /// @notice See {IVaultKeeper}: `checkData` is an encoded {Watch}.
    function checkUpkeep(bytes calldata checkData) external view override returns (bool isNeeded, bytes memory job) {
        Watch memory watch = abi.decode(checkData, (Watch));
        if (watch.task == Task.FLAG) return _checkFlags(watch);
        if (watch.task == Task.SETTLE_PRICE) return _checkPrice(watch);
        return _checkSettlement(watch);
    }

    /// @dev One refused flag, such as one beyond the effect budget, keeps no other from being made; the reason of the last is
    /// passed on when all were refused.
    function _flagAll(uint256[] memory ids) private {
        bool isDone = ids.length == 0;
        bytes memory refusal;
        for (uint256 i = 0; i < ids.length; ++i) {
            try VAULT.flag(ids[i]) returns (uint256) {
                isDone = true;
            } catch (bytes memory reason) {
                refusal = reason;
                emit FlagRefused(ids[i], reason);
            }
        }
        if (isDone) return;
        assembly ("memory-safe") {
            revert(add(refusal, 0x20), mload(refusal))
        }
    }

    function _checkFlags(Watch memory watch) private view returns (bool isNeeded, bytes memory job) {
        uint256 pausedUntil = VAULT.pauseState().liquidationUntil;
        if (block.timestamp < pausedUntil) return (false, "");
        uint256 flagLifeSec = VAULT.liquidationSettings().flagLifeSec;
        uint256[] memory ids = new uint256[](FLAG_BATCH);
        uint256 found;
        uint256 count = VAULT.positionCount();
        for (uint256 id = watch.firstId; id <= watch.lastId && id <= count && found < FLAG_BATCH; ++id) {
            IPositionSource.PositionView memory position = VAULT.describePosition(id);
            // A flag that has lapsed, by age or by a pause since, may be made anew.
            bool isYoung = position.flaggedAt != 0 && block.timestamp <= position.flaggedAt + flagLifeSec;
            bool isFlagged = isYoung && position.flaggedAt >= pausedUntil;
            if (position.active && !isFlagged && _isUnhealthy(id)) ids[found++] = id;
        }
        return _jobFor(Task.FLAG, ids, found);
    }

    /// @dev Without a price nobody is judged: the vault would refuse the flag.
    function _isUnhealthy(uint256 id) private view returns (bool isUnhealthy) {
        try VAULT.healthOf(id) returns (int256 healthWad) {
            return healthWad < HEALTHY_WAD;
        } catch {
            return false;
        }
    }

    /// @dev Walks back from the newest round; the settlement oracle asks for the proof again.
    function _checkPrice(Watch memory watch) private view returns (bool isNeeded, bytes memory job) {
        ISettlementOracle oracle = VAULT.SETTLEMENT_ORACLE();
        (, bool isFinal) = oracle.settlementPrice(watch.marketId, watch.expiry);
        if (isFinal || block.timestamp < watch.expiry) return (false, "");
        AggregatorV3Interface feed = VAULT.PRICE_GUARD().feedConfig(watch.marketId).feed;
        (uint80 roundId, , , uint256 updatedAt, ) = feed.latestRoundData();
        if (updatedAt < watch.expiry) return (false, "");
        for (uint256 back = 0; back < MAX_ROUNDS_BACK && uint64(roundId) > 1; ++back) {
            (, , , updatedAt, ) = feed.getRoundData(roundId - 1);
            if (updatedAt < watch.expiry) break;
            --roundId;
        }
        Job memory found = Job(Task.SETTLE_PRICE, new uint256[](0), watch.marketId, watch.expiry, roundId);
        return (true, abi.encode(found));
    }

    function _checkSettlement(Watch memory watch) private view returns (bool isNeeded, bytes memory job) {
        uint256[] memory ids = new uint256[](SETTLE_BATCH);
        uint256 found;
        uint256 count = VAULT.positionCount();
        for (uint256 id = watch.firstId; id <= watch.lastId && id <= count && found < SETTLE_BATCH; ++id) {
            IPositionSource.PositionView memory position = VAULT.describePosition(id);
            if (position.active && _isPriced(position.seriesId)) ids[found++] = id;
        }
        return _jobFor(Task.SETTLE, ids, found);
    }

    function _isPriced(uint256 seriesId) private view returns (bool isPriced) {
        (uint24 marketId, uint40 expiry) = (SeriesId.decode(seriesId).marketId, SeriesId.decode(seriesId).expiry);
        (, isPriced) = VAULT.SETTLEMENT_ORACLE().settlementPrice(marketId, expiry);
    }

    function _jobFor(
        Task task,
        uint256[] memory ids,
        uint256 found
    ) private pure returns (bool isNeeded, bytes memory job) {
        if (found == 0) return (false, "");
        // Shortens the array to what was found.
        assembly ("memory-safe") {
            mstore(ids, found)
        }
        return (true, abi.encode(Job(task, ids, 0, 0, 0)));
    }
}
